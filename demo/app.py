"""The pages. `create_app(folder)` makes the web application; `python -m demo` serves it."""

import functools
import io
import uuid

from flask import Flask, abort, redirect, render_template, request, send_from_directory, url_for
from PIL import Image, ImageOps
from werkzeug.exceptions import HTTPException, SecurityError

from demo import demos, uploads, work
from lecture_utils import data

POLICY = (
    "default-src 'none'; img-src 'self' blob:; style-src 'self'; script-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
MESSAGES = {
    400: "The request is not one of these pages'.",
    403: "This form was sent by another web site.",
    404: "There is no such page. Results are kept for the last hundred pictures.",
    405: "This address takes no such request.",
    413: "At most 10 MB, please.",
    503: "Too many pictures are waiting. Try again in a moment.",
}


def create_app(folder):
    """The application; its results go to `folder`. `app.works` is to be closed at the end."""
    app = Flask(__name__)
    app.config.update(
        TRUSTED_HOSTS=["127.0.0.1", "localhost"],
        MAX_CONTENT_LENGTH=uploads.MOST_BYTES + 10_000,  # the form around the file
        MAX_FORM_PARTS=20,
        SEND_FILE_MAX_AGE_DEFAULT=3600,
    )
    app.works = works = work.Works(folder, demos.DEMOS)

    @app.context_processor
    def everywhere():
        return {"demos": demos.DEMOS, "most_bytes": uploads.MOST_BYTES}

    @app.before_request
    def only_from_here():
        if request.method in ("GET", "HEAD"):
            return
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        if site is None:  # an old browser, or no browser; a new one's Origin is null, for these pages send no referrer
            site = "same-origin" if origin in (None, request.host_url.rstrip("/")) else "cross-site"
        if site not in ("same-origin", "none"):
            abort(403)

    @app.after_request
    def headers(response):
        response.headers.update(HEADERS)
        if request.endpoint not in ("static", "example", "font"):
            response.headers["Cache-Control"] = "no-store"
        return response

    def page_of_error(status, message=None):
        text = message or MESSAGES.get(status, "Something went wrong here.")
        heads = {"Retry-After": "5"} if status == 503 else {}
        return render_template("error.html", message=text), status, heads

    @app.errorhandler(uploads.Refused)
    def refused(error):
        return page_of_error(error.status, str(error))

    @app.errorhandler(work.Full)
    def full(_):
        return page_of_error(503)

    @app.errorhandler(HTTPException)
    def other(error):
        if isinstance(error, SecurityError):  # a foreign host name: there is no address to link to
            return "These pages are at http://127.0.0.1 only.\n", 400, {"Content-Type": "text/plain"}
        return page_of_error(error.code)

    @app.get("/")
    def index():
        return render_template("index.html")

    @app.route("/<name>", methods=["GET", "POST"])
    def demo(name):
        if name not in demos.DEMOS:
            abort(404)
        if request.method == "GET":
            return render_template("demo.html", demo=demos.DEMOS[name], chosen={})
        options = demos.DEMOS[name].read_options(request.form)
        started = works.submit(name, _picture(works), options)
        return redirect(url_for("result", id=started.id), 303)

    def found(id):
        return works.get(str(id)) or abort(404)

    @app.get("/results/<uuid:id>")
    def result(id):
        current = found(id)
        about = works.result(current) if current.state == "done" else None
        return render_template(
            "result.html", work=current, demo=demos.DEMOS[current.demo], about=about, chosen=current.options,
            before=works.waiting(current.lane, current),
        )  # fmt: skip

    @app.get("/results/<uuid:id>/state")
    def state(id):
        current = found(id)
        return {"state": current.state, "done": current.done, "before": works.waiting(current.lane, current)}

    @app.post("/results/<uuid:id>/cancel")
    def cancel(id):
        works.cancel(found(id))
        return redirect(url_for("result", id=id), 303)

    @app.get("/static/results/<uuid:id>/<name>")
    def file_of_result(id, name):
        return send_from_directory(works.folder / str(id), name)

    @app.get("/examples/<path:name>.jpg")
    def example(name):
        if name not in demos.EXAMPLES:
            abort(404)
        return _thumbnail(name), {"Content-Type": "image/jpeg", "Cache-Control": "max-age=3600"}

    @app.get("/fonts/text.woff2")
    def font():
        return send_from_directory(data.path("fonts/text.woff2").parent, "text.woff2")

    return app


def _picture(works):
    """What a form brings, for `Works.submit`: a file, one of the project's, or that of an earlier result."""
    file, name, again = request.files.get("photo"), request.form.get("example"), request.form.get("again")
    if name:
        return _open(name) if name in demos.EXAMPLES else abort(404)
    if file and file.filename:
        if file.stream.seek(0, io.SEEK_END) > uploads.MOST_BYTES:
            abort(413)
        file.stream.seek(0)
        return uploads.picture(file.stream)
    if again:
        try:
            before = works.get(str(uuid.UUID(again)))
        except ValueError:
            before = None
        if before is None or before.state != "done":
            abort(404)
        return works.folder / before.id / "photo.jpg"
    raise uploads.Refused("Choose a picture first.", 400)


def _open(name):
    return Image.open(data.path(f"{name}.jpg")).convert("RGB")


@functools.cache
def _thumbnail(name):
    stream = io.BytesIO()
    ImageOps.cover(_open(name), (240, 180) if name.startswith("paintings") else (480, 360)).save(
        stream, "JPEG", quality=82
    )
    return stream.getvalue()
