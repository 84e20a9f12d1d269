"""Which illustration stands for which kind of goods in the demo market.

The illustrations under `marketplace/demo/illustrations/` are Microsoft Fluent
Emoji 3D (MIT, licence beside them). Cloth needs none: it is drawn as it is.
"""

import re

CLOTH_SUBCATEGORIES = frozenset({"Kain tenun lembaran"})

WOVEN = frozenset(
    {
        "blouse",
        "bag",
        "briefcase",
        "cap",
        "dress",
        "folder",
        "jacket",
        "pouch",
        "scarf",
        "shirt",
        "vest",
    }
)
"""Illustrations that are drawn in woven cloth when they stand for tenun."""

# The first word found in the name of the goods decides; "" means plain cloth.
RULES: tuple[tuple[str, str], ...] = (
    ("set 10", ""),
    ("syal", "scarf"),
    ("lengan panjang", "shirt"),
    ("seragam", "shirt"),
    ("jasa jahit", "thread"),
    ("kemeja", "shirt"),
    ("blus", "blouse"),
    ("rok tenun", "dress"),
    ("blazer", "jacket"),
    ("vest", "vest"),
    ("jas tenun", "jacket"),
    ("baju anak", "dress"),
    ("tas laptop", "briefcase"),
    ("tas anyam", "basket"),
    ("tas", "bag"),
    ("dompet", "pouch"),
    ("map rapat", "folder"),
    ("topi tenun", "cap"),
    ("topi", "hat"),
    ("komodo", "lizard"),
    ("anting", "thread"),
    ("kalung", "beads"),
    ("gelang", "beads"),
    ("se'i ayam", "chicken"),
    ("se'i babi", "bacon"),
    ("sokal", "basket"),
    ("siap makan", "curry"),
    ("ikan bakar", "curry"),
    ("bakso", "fishcake"),
    ("dendeng", "bone-meat"),
    ("se'i ikan", "fish"),
    ("se'i", "meat"),
    ("kerbau", "buffalo"),
    ("sapi", "cow"),
    ("rumput laut kering", "leafy"),
    ("stik rumput laut", "pretzel"),
    ("dodol nanas", "pineapple"),
    ("dodol", "candy"),
    ("sambal lu'at jeruk", "lemon"),
    ("sambal", "chili"),
    ("bubuk cabai", "chili"),
    ("kuah asam", "garlic"),
    ("tongkol", "tropical-fish"),
    ("tenggiri", "tropical-fish"),
    ("ikan asin", "tropical-fish"),
    ("ikan", "fish"),
    ("pisang", "banana"),
    ("ubi", "sweet-potato"),
    ("singkong", "potato"),
    ("sorgum pop", "popcorn"),
    ("marning", "popcorn"),
    ("jagung bose", "stew"),
    ("jagung", "corn"),
    ("mete segar", "pear"),
    ("mete", "beans"),
    ("kenari", "chestnut"),
    ("minyak kemiri", "chestnut"),
    ("rambut kemiri", "comb"),
    ("kemiri", "chestnut"),
    ("pala", "chestnut"),
    ("sumba (kacang", "peanuts"),
    ("kacang", "beans"),
    ("kakao", "chocolate"),
    ("cokelat", "chocolate"),
    ("keju", "cheese"),
    ("teh daun kelor", "tea"),
    ("rosela", "hibiscus"),
    ("kapsul", "pill"),
    ("semprit", "cookie"),
    ("lapis", "cake"),
    ("mi kering", "noodles"),
    ("sabun", "soap"),
    ("sari kelor", "juice"),
    ("markisa", "juice"),
    ("kelor", "herb"),
    ("manisan", "candy"),
    ("asam timor", "beans"),
    ("bagea", "cookie"),
    ("baruas", "mooncake"),
    ("rambut", "pretzel"),
    ("hela", "candy"),
    ("kompiang", "bagel"),
    ("tart", "pie"),
    ("roti", "bread"),
    ("cucur", "pancakes"),
    ("snack box", "takeout"),
    ("nasi kotak", "bento"),
    ("garam", "salt"),
    ("sorgum", "grain"),
    ("lulur", "lotion"),
    ("beras", "rice"),
    ("jahe", "ginger"),
    ("kunyit", "ginger"),
    ("kopi", "coffee"),
    ("wedang", "teapot"),
    ("air mineral", "water"),
    ("lempeng", "mooncake"),
    ("gula", "palm"),
    ("lip balm", "lipstick"),
    ("madu", "honey"),
    ("kelapa", "coconut"),
    ("kayu putih", "leaf"),
    ("vanili", "blossom"),
    ("cengkih", "seedling"),
    ("pinang", "palm"),
    ("jeruk", "orange"),
    ("alpukat", "avocado"),
    ("mangga", "mango"),
    ("pepaya", "blossom"),
    ("tisu", "basket"),
    ("haik", "amphora"),
    ("gerabah", "amphora"),
    ("sasando", "strings"),
    ("kuda sandel", "horse"),
    ("mamuli kuningan", "medal"),
    ("perisai", "shield"),
    ("plakat", "trophy"),
    ("hampers", "gift"),
    ("goodie", "shopping-bags"),
    ("oleh-oleh", "shopping-bags"),
    ("sembako", "box"),
)

# What stands for goods whose name says nothing known.
BY_CATEGORY: dict[str, str] = {
    "Makanan Olahan": "bento",
    "Minuman": "teapot",
    "Gula, Madu & Minyak": "honey",
    "Hasil Kebun": "herb",
    "Kerajinan": "basket",
    "Kecantikan & Perawatan": "lotion",
    "Paket & Cendera Mata": "gift",
}


def illustration_for(name: str, subcategory: str, category: str) -> str | None:
    """The illustration for goods of that name; None where the cloth itself is shown."""
    if subcategory in CLOTH_SUBCATEGORIES:
        return None
    plain = name.casefold().replace("’", "'")
    for word, illustration in RULES:
        if re.search(rf"(?<!\w){re.escape(word)}(?!\w)", plain):
            return illustration or None
    return BY_CATEGORY.get(category)
