"""One thin command a stage of dvc.yaml: read the parameters, call crossnet, write the declared outs."""
