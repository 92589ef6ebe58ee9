"""The portrait as files: PDF, ODT, DOCX, XLSX, CSV."""
