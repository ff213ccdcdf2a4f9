"""Arbetsförmedlingen's open data: what a Platsbanken advertisement asks for, as far as it can be told exactly."""
