"""One thin command a stage of dvc.yaml: read the parameters, call crossnet, write the declared outs."""

import crossnet.interrupt  # noqa: F401  # before the imports of a stage, which may take seconds
