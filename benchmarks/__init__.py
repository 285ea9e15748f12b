"""What the claims of speed and quality are measured with."""
