"""Starts the engine: Rasa's server on loopback with our channel, stores and connections.

Run as `python -m bot.server --rasa-model models/wenbao.tar.gz --port 5005`.
"""

from __future__ import annotations

import argparse
import logging
import os
import warnings

from bot.watch.logs import begin

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("SANIC_WORKERS", "1")
# The gateway writes a line about each message; the engine's own would say less.
os.environ.setdefault("SANIC_ACCESS_LOG", "false")
# The matrices of one question are small: a second thread costs more than it gives.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
warnings.filterwarnings("ignore")

LOOPBACK = "127.0.0.1"


def main() -> None:
    """Serve one model until told to stop."""
    options = _options()
    begin("engine")  # Rasa writes while it is imported
    logging.getLogger().setLevel(logging.WARNING)
    logging.getLogger("py.warnings").setLevel(logging.ERROR)  # its libraries' old ways

    import bot.serving.without_tensorflow  # noqa: F401  first of all: it decides what Rasa imports

    # isort: split
    from rasa.core.run import serve_application
    from rasa.core.utils import AvailableEndpoints

    from bot.serving.action_endpoint import KeptEndpoint
    from bot.serving.tuning import settle, tune
    from bot.watch.rasa_lines import take_rasas_lines

    logging.getLogger("rasa").setLevel(logging.WARNING)
    tune()
    take_rasas_lines()
    endpoints = AvailableEndpoints.read_endpoints("endpoints.yml")
    endpoints.action = KeptEndpoint(endpoints.action.url, **endpoints.action.kwargs)
    serve_application(
        options.rasa_model,
        interface=LOOPBACK,
        port=options.port,
        credentials="credentials.yml",
        endpoints=endpoints,
        enable_api=False,
        server_listeners=[(settle, "after_server_start")],
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="The Wenbao engine (Rasa) on loopback.")
    parser.add_argument("--rasa-model", required=True, help="the model file to serve")
    parser.add_argument("--port", type=int, default=5005)
    return parser.parse_args()


if __name__ == "__main__":
    main()
