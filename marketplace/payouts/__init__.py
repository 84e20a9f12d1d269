"""What the market owes reaches bank accounts: shops are paid by bank file, and so are buyers whom no provider can."""
