"""The page that shows a credential, as the picture in the document and as a PDF."""
