"""Serve the demos on this machine: python -m demo [--port 5000] [--no-browser]. Ctrl+C ends it."""

import argparse
import os
import signal
import sys
import webbrowser
from pathlib import Path

# Give memory back after a large picture; without these, every size that was ever seen keeps its own. They must be set
# before the process starts.
MEMORY = {
    "TF_ONEDNN_USE_SYSTEM_ALLOCATOR": "1", "MALLOC_ARENA_MAX": "2",
    "MALLOC_MMAP_THRESHOLD_": "1000000", "MALLOC_TRIM_THRESHOLD_": "1000000", "GLIBC_TUNABLES": "",  # the Makefile's
}  # fmt: skip
RESULTS = Path(__file__).resolve().parents[1] / "build" / "demo"


def main(arguments=None):
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=5000, help="default 5000; 0 for any free one")
    parser.add_argument("--no-browser", action="store_true", help="open no browser")
    parser.add_argument("--results", type=Path, help="folder for the results, by default one for each port")
    a = parser.parse_args(arguments)
    if not 0 <= a.port < 65536:
        parser.error(f"--port: expected a number from 0 to 65535, got {a.port}")
    if sys.platform == "linux" and not MEMORY.keys() <= os.environ.keys():
        os.execve(
            sys.executable,
            [sys.executable, "-m", "demo", *(sys.argv[1:] if arguments is None else arguments)],
            os.environ | MEMORY,
        )
    serve(a.results or RESULTS / str(a.port), a.port, not a.no_browser)


def serve(results, port, browser):
    """Serve until Ctrl+C or SIGTERM."""
    from waitress import create_server  # here: TensorFlow takes seconds, and --help should not

    from demo import uploads
    from demo.app import create_app

    app = create_app(results)
    try:
        server = create_server(
            app, host="127.0.0.1", port=port, threads=8, connection_limit=200, channel_timeout=30,
            max_request_header_size=16_384, max_request_body_size=uploads.MOST_BYTES + 1_000_000, ident=None,
        )  # fmt: skip
    except OSError as error:
        app.works.close()
        sys.exit(f"--port {port}: {error.strerror}. Is another one running? Take another port, or 0 for any free one.")
    app.works.clean()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    address = f"http://127.0.0.1:{server.effective_port}/"
    print(f"Open {address} (Ctrl+C ends it)", flush=True)
    if browser:
        webbrowser.open(address)
    try:
        server.run()
    finally:
        app.works.close()


if __name__ == "__main__":
    main()
