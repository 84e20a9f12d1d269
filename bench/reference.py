"""The bare page that everything is compared with: Flask, Jinja with autoescape, 24 cards of fake rows, about 25 KB.

No database, no session, nothing kept: `granian --interface wsgi bench.reference:app`.
"""

from __future__ import annotations

from flask import Flask, render_template_string

CARDS = [
    {
        "url": f"/produk/kain-tenun-ikat-{number}",
        "picture": f"/media/{number:032x}-320.webp",
        "name": f"Kain tenun ikat motif Kaif, pewarna alami, nomor {number}",
        "price": f"Rp{number + 1}.385.000",
        "store": "Tenun Mama Yuli",
        "place": "Fatululi, Kota Kupang",
        "lead": "Ditenun tangan dari benang kapas dan dicelup akar mengkudu. " * 6,
    }
    for number in range(24)
]

PAGE = """<!doctype html><html lang="id"><head><meta charset="utf-8"><title>{{ title }}</title></head><body>
<header><a href="/">BeliNTT</a><form action="/cari"><input name="q"></form></header><main>
{% for card in cards %}<article class="card"><a href="{{ card.url }}"><img src="{{ card.picture }}" width="320"
height="320" alt="{{ card.name }}" srcset="{{ card.picture }} 320w, {{ card.picture }} 640w"><h3>{{ card.name }}</h3>
<p class="price">{{ card.price }}</p><p class="store">{{ card.store }} · {{ card.place }}</p>
<p class="badge">Terkurasi</p><p class="lead">{{ card.lead }}</p></a></article>{% endfor %}
</main><footer>{{ title }}</footer></body></html>"""

app = Flask("reference")


@app.get("/")
def page() -> str:
    return render_template_string(PAGE, title="BeliNTT", cards=CARDS)
