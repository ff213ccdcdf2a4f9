"""School registers that speak SS12000 as a source of mimis."""
