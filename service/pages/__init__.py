"""The web pages: the same people, rights and rows as the API, shown to planners in a browser, zh first.

How to add a page, say ``parks``:

1. ``service/i18n/locales/*/LC_MESSAGES/messages.po``: the texts with ``msgctxt "parks"``, the same keys in both
   languages, with ``{facts}`` to fill in.  The context ``common`` has what many pages say; labels of vocabularies
   come from ``seeds`` by ``show.label("kind", code)``.
2. ``templates/parks.html.j2``: extends ``base.html.j2`` and fills the block ``main``.  In it are
   ``t("title", name=…)`` a text of the page or of all pages · ``show`` numbers, areas, money, moments, labels
   (``shell/formatting.py``) · ``asset("name.css")`` a static file's address · ``person``, ``may("plan")`` · macros of
   ``parts.html.j2`` (chip, crumbs, form fields, faults).  No inline script or style: CSP forbids both, also
   ``style=`` attributes; widths of bars are SVG or ``<progress>``.  What a user wrote is shown by ``{{ … }}`` alone.
3. ``parks.py``: a ``router`` whose functions take a caller with a right, and answer with a page::

       router = APIRouter()

       @router.get("/parks/{park_id}")
       def one(caller: Reading, park_id: ParkId) -> Response:
           with caller.transaction() as connection:      # row-level security as for the API
               ...
           return caller.page("parks.html.j2", "parks", park=park)

   ``Reading``, ``Planning``, ``Reviewing``, ``Keeping``, ``Operating``, ``Administering`` (``shell/access.py``) are the
   rights of ``service/identity/roles.py``.  Read through ``service/repositories`` and write by calling the API's
   own route functions with ``caller.asker``: there is no second path to data.
4. A form posts with ``{{ form_fields() }}`` inside (token against forged requests, a fresh idempotency key) and is read
   by ``form: InForm``; ``form.text("name")``, ``form.once()`` for API functions that want an Idempotency-Key.
   Answer a POST with ``caller.go("/parks/…", said="stored")``: the next page says it in an aria-live region.
   ``ProblemError`` anywhere becomes an error page in words; catch it where the form can be shown again with the fault.
5. List the router in ``app.py`` and, if it is a place to go to, a line in ``shell/layout.py`` (``NAVIGATION``).
6. Scripts are files in ``static/`` listed in ``shell/assets.py``; pages work without them wherever possible.
   htmx is there (``hx-get``, ``hx-trigger``, ``hx-target``); a fragment is a template that does not extend the base.
7. Tests: ``tests/pages`` asks through ``desk`` and ``browse``; the page is added to ``PLACES`` in
   ``tests/browser/test_pages.py``, which opens every place in Chromium with axe, strict CSP and hostile names.

Everything lives under ``/pages``, a mounted application with its own error pages.
"""
