"""The JSON language of rules: strategies that are told, not programmed. docs/strategies.md describes it."""
