"""What `./run` does once the virtual environment stands. Standard library and honcho only: Django runs in children."""
