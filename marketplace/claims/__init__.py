"""When something is wrong with an order: what the buyer says, what the shop answers, and who decides."""
