"""WeChat's API as we call it."""
