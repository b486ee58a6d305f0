"""Workbooks in XLSX, XLS, XLSB and ODS to rows of cells."""
