"""Other forms that Europe's systems take: QDR, Europass CV, the upload of the EU's issuer, a newer ELM."""
