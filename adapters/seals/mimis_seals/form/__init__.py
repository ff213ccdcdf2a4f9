"""What a sealed file is made of: JSON Web Signature, document, timestamps, and what stands beside the signature."""
