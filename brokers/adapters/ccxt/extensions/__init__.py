"""What single exchanges have that ccxt does not unify."""
