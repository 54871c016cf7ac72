; The prose of reports is Markdown, one text from its first quotes to its last, with the values left out.
((prose (prose_text) @injection.content)
  (#set! injection.language "markdown")
  (#set! injection.combined))
