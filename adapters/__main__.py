"""Run the ``adapters`` command: ``python -m adapters``."""

from adapters.cli import run

if __name__ == "__main__":
    run()
