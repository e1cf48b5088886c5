"""The composition root: puts store, domain, specs, actions and journey together.

Nothing here runs on import; each `open_…` makes what one kind of process needs.
"""
