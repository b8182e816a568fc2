"""What tests share: modules of helpers, which hold no test."""
