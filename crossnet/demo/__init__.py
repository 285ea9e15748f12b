"""`crossnet demo`: a page in the browser to try a trained model on (extra `demo`)."""
