"""What leaves the repository: the wheel, the image, the manifests, lists of what is in them, and its next schema."""
