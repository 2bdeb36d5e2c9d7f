"""WeCom group robots: what they say, and what they are refused."""
