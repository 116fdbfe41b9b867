"""The templates of the portal in an application that has nothing else: what a macro draws needs no database."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from flask import Flask, Response, render_template, render_template_string, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_wtf import CSRFProtect
from jinja2 import StrictUndefined

from webapp.portal.design import SAMPLE_PLOTS, SampleForm, design_samples
from webapp.portal.filters import add_filters
from webapp.portal.security import CONTENT_SECURITY_POLICY
from webapp.portal.staff.pictures import picture_file

PORTAL = Path(__file__).parents[2] / "webapp" / "portal"

IMPORTS = """
{%- import "components/forms.html" as forms -%}{%- import "components/parts.html" as parts -%}
"""

FORM_PAGE = (
    """{% extends "layout/desk.html" %}"""
    + IMPORTS
    + """
{% block main %}<h1>Contoh</h1>{% if sent %}{{ parts.draft_sent("sample") }}<p id="sent">{{ sent }}</p>{% else %}
{% call forms.form(form, "/form", draft="sample", multipart=true) %}
{{ forms.textarea(form.text, count=true) }}{{ forms.radio_cards(form.kind) }}{{ forms.field(form.code) }}
<label for="pin">PIN</label><input type="password" id="pin" name="pin">
{{ forms.photos(form.photos, limit=2) }}{{ forms.locate(form.latitude, form.longitude) }}
{{ forms.submit("Kirim", name="act", value="go", key="s") }}{% endcall %}
<input type="search" aria-label="Cari" data-desk-search><div data-desk-list>
{% for n in "abc" %}{{ parts.desk_item("#" ~ n, n) }}{% endfor %}</div>
{% call parts.live("piece", "/piece", seconds=1) %}<a href="#piece">0</a>{% endcall %}{% endif %}{% endblock %}"""
)

HOME_PAGE = (
    """{% extends "layout/citizen.html" %}"""
    + IMPORTS
    + """
{% block title %}Beranda{% endblock %}
{% block main %}{% call forms.form(blank, "/", draft="home") %}{{ forms.textarea(blank.text, heading=true) }}
{{ forms.rating_faces(blank.rating) }}{{ forms.photos(blank.photos) }}{{ forms.submit("Lanjut") }}{% endcall %}
{{ parts.link_card("Lacak", "/lacak", "Dengan kode", "search") }}
{{ parts.note("Rahasia", icon_name="lock") }}{% endblock %}"""
)


class GuardedForm(SampleForm):
    """The sample form with its token, as real forms have it."""

    class Meta:
        csrf = True


def make_bare_app() -> Flask:
    """Routes: /design, / (a citizen's page), /form (GET, and a slow POST that counts in config["POSTS"])."""
    app = Flask("bare", template_folder=str(PORTAL / "templates"), static_folder=str(PORTAL / "static"))
    app.jinja_env.undefined = StrictUndefined
    add_filters(app)
    app.config.update(SECRET_KEY="only for tests", POSTS=[], PIECES=0)
    Babel(app, default_locale="id", default_translation_directories="nowhere")
    CSRFProtect(app)

    @app.after_request
    def add_policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
        return response

    @app.context_processor
    def layout_values() -> dict[str, Any]:
        return {"city_name": "Kota Contoh", "locale": "id"}

    @app.get("/design", endpoint="portal.design")
    def design() -> str:
        nav = [{"url": "/design", "label": "Antrean saya", "current": True, "count": 7}, {"url": "#", "label": "Nilai"}]
        return render_template(
            "design.html", **design_samples(), nav_items=nav, person="Sari Wulandari", sign_out_url="/out"
        )

    @app.get("/design/gambar/<plot>.svg", endpoint="portal.show_sample")
    def show_sample(plot: str) -> ResponseReturnValue:
        return picture_file(SAMPLE_PLOTS[plot])

    @app.get("/")
    def home() -> str:
        return render_template_string(HOME_PAGE, **design_samples(), nav_items=[{"url": "/", "label": "Lacak"}])

    @app.route("/form", methods=["GET", "POST"])
    def form() -> str:
        sent = ""
        if request.method == "POST" and request.form.get("text"):
            time.sleep(0.4)
            app.config["POSTS"].append(request.form.to_dict())
            sent = request.form["text"]
        form = GuardedForm()
        if request.method == "POST":
            form.validate()
        return render_template_string(FORM_PAGE, form=form, sent=sent)

    @app.get("/piece")
    def piece() -> str:
        app.config["PIECES"] += 1
        return render_template_string(
            IMPORTS + '{% call parts.live("piece", "/piece", seconds=1) %}<a href="#piece">{{ n }}</a>{% endcall %}',
            n=app.config["PIECES"],
        )

    return app
