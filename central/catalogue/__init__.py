"""What can be recognised: references in, segments and signed manifests out."""
