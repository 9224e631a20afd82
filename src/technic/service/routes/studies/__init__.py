"""Routes of studies: jobs, what came of them, past hits of a symbol, the ledger of trials."""
