"""The sites of the replica, one module each: what they carry and how their pages look.

A module has ``commission(newsroom, count, shared)``, ``story_path(number, words)`` and ``build(content, commissions,
seed)``. Knows nothing of sockets.
"""
