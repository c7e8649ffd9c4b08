"""Gatehouse for the Claude Agent SDK: hooks that have every prompt, tool call, tool result and answer judged."""

from .hooks import EVENTS, Config, Guard, Hook, create_hook_matchers, create_hooks, default_guard, flush, stats

__all__ = ["EVENTS", "Config", "Guard", "Hook", "create_hook_matchers", "create_hooks", "default_guard", "flush", "stats"]
