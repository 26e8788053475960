"""Charts as shapes, which HTML and PDF draw alike."""
