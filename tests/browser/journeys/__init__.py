"""The four journeys in a real browser: from the first click to the employer's verdict, and back."""
