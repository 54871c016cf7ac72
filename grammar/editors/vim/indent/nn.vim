" Indents .nn files: by one step inside braces and behind a bracket or a colon that ends its line, under the first item
" of other brackets. Prose, and lines that go on with an operator, stay as they are.
if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=NnIndent(v:lnum) indentkeys=0{,0},0),0],!^F,o,O nosmartindent
let b:undo_indent = 'setlocal indentexpr< indentkeys< smartindent<'

if exists('*NnIndent')
  finish
endif

function! s:IsText(line, column) abort
  return synIDattr(synID(a:line, a:column, 1), 'name') =~# '^nn\%(String\|Escape\|Comment\|Documentation\|Prose\|Heading\|Bold\)'
endfunction

" The innermost bracket that is open where a line begins, as [line, column]; [0, 0] outside of all.
function! s:OpenBracket(line) abort
  call cursor(a:line, 1)
  return searchpairpos('[[({]', '', '[])}]', 'bnW', 's:IsText(line("."), col("."))')
endfunction

" Where the statement begins that a line is part of: lines between ( ) and [ ] go on with the one before.
function! s:StatementIndent(line) abort
  let l:line = a:line
  let [l:outer, l:column] = s:OpenBracket(l:line)
  while l:outer > 0 && getline(l:outer)[l:column - 1] !=# '{'
    let l:line = l:outer
    let [l:outer, l:column] = s:OpenBracket(l:line)
  endwhile
  return indent(l:line)
endfunction

function! NnIndent(line) abort
  let l:view = winsaveview()
  try
    return s:Indent(a:line)
  finally
    call winrestview(l:view)
  endtry
endfunction

function! s:WithoutComment(line) abort
  return substitute(getline(a:line), '\s*#.*$', '', '')
endfunction

" Whether a line goes on with the one before it.
function! s:GoesOn(line) abort
  let l:before = s:WithoutComment(prevnonblank(a:line - 1))
  return getline(a:line) =~# '^\s*\%(|>\|[-+*/%@^<>]\s\|==\|!=\|\%(and\|or\|else\)\>\)'
        \ || l:before =~# '\%([-+*/%@^<>=]\|\<\%(and\|or\|not\)\)$'
endfunction

function! s:Indent(line) abort
  let l:text = getline(a:line)
  let l:stack = map(synstack(a:line, 1), 'synIDattr(v:val, "name")')
  if index(l:stack, 'nnProse') >= 0 || s:GoesOn(a:line)
    return -1
  endif
  let l:last = prevnonblank(a:line - 1)
  if s:WithoutComment(l:last) =~# ':$'
    return indent(l:last) + shiftwidth()
  endif
  let [l:open, l:column] = s:OpenBracket(a:line)
  if l:open == 0
    return 0
  endif
  if l:text =~# '^\s*[])}]'
    return s:StatementIndent(l:open)
  endif
  let l:behind = getline(l:open)[l:column :]
  if getline(l:open)[l:column - 1] ==# '{' || l:behind =~# '^\s*\%(#.*\)\=$'
    return s:StatementIndent(l:open) + shiftwidth()
  endif
  return virtcol([l:open, l:column]) + len(matchstr(l:behind, '^\s*'))
endfunction
