"""Use cases: what a route, a page, an OGC process, a job or a command does, once, without HTTP.

A use case is a plain function.  It takes a transaction or, where it works outside of one, a
:class:`service.application.context.UseCaseContext`; then ids and documents of :mod:`service.formats`.  It gives back
ids, rows or documents, and raises what :mod:`service.application.errors` names.  It knows no request, no response and
no header, and reaches tables through :mod:`service.repositories`.

Who changes something does it in the transaction of the caller, so that the caller can remember in the same transaction
that it was done (:mod:`service.web.idempotency`).  Work that takes long – a check, a plan read whole – is a function of
its own, ``prepare_…(context, …)``, called before that transaction.

Presentations translate: they parse what was sent, call a use case, and show what it gives back.  A read that decides
nothing is a function of a repository, which they may call themselves.
"""
