"""The drawn pictures of the demo market."""

import pytest

from marketplace.demo.adapters import illustrations, weave
from marketplace.demo.adapters.illustrations import illustration_for


def test_same_seed_gives_the_same_picture() -> None:
    first = weave.draw_product("coffee", seed=7, size=160)

    assert weave.draw_product("coffee", seed=7, size=160).tobytes() == first.tobytes()
    assert weave.draw_product("coffee", seed=8, size=160).tobytes() != first.tobytes()


def test_every_named_illustration_is_there_and_none_is_idle() -> None:
    named = {picture for _, picture in illustrations.RULES if picture}
    named |= set(illustrations.BY_CATEGORY.values())

    there = {path.stem for path in weave.ILLUSTRATIONS.glob("*.webp")}

    assert named == there
    assert there >= illustrations.WOVEN


@pytest.mark.parametrize(
    ("name", "subcategory", "category", "expected"),
    [
        ("Kopi Arabika Flores Bajawa Bubuk 250 g", "Kopi", "Minuman", "coffee"),
        ("Tenun Songke Manggarai", "Kain tenun lembaran", "Tenun & Fesyen", None),
        ("Selendang Songke Manggarai", "Selendang & syal", "Tenun & Fesyen", None),
        ("Mangga Arum Manis Sabu 1 kg", "Buah & sayur", "Hasil Kebun", "mango"),
        ("Sambal Lu’at Jeruk Purut 150 g", "Sambal & bumbu", "Makanan Olahan", "lemon"),
        ("Sesuatu yang baru", "Anyaman", "Kerajinan", "basket"),
    ],
)
def test_goods_are_recognised_by_whole_words(name: str, subcategory: str, category: str, expected: str | None) -> None:
    assert illustration_for(name, subcategory, category) == expected


@pytest.mark.parametrize(("name", "initials"), [("Dapur Mama Ina", "DM"), ("Lontar", "L"), ("---", "?")])
def test_initials_of_a_shop(name: str, initials: str) -> None:
    assert weave.initials(name) == initials


def test_a_picture_is_square_and_opaque() -> None:
    picture = weave.draw_product("shirt", seed=1, size=200)

    assert (picture.size, picture.mode) == ((200, 200), "RGB")
    assert weave.draw_monogram("Dapur Mama Ina", seed=1, size=96).size == (96, 96)
