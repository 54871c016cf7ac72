" How Vim colours files, in the letters of colour_map.cpp. `files` and `output` name the files to read and where to write:
"   nvim --headless -u NONE -i NONE --cmd "let files = [...] | let output = ..." -S vim_map.vim

let s:letters = {'Comment': 'c', 'SpecialComment': 'c', 'Todo': 'c', 'String': 's', 'SpecialChar': 's', 'Title': 's',
      \ 'Error': 's', 'Number': 'n', 'Constant': 'l', 'Keyword': 'k', 'Statement': 'k', 'Type': 't', 'Function': 'b',
      \ 'Special': 'i'}

" A group is linked to the one that has its colour.
function! s:Letter(id) abort
  if !has_key(s:known, a:id)
    let l:group = matchstr(execute('highlight ' . synIDattr(a:id, 'name')), 'links to \zs\w\+')
    let s:known[a:id] = get(s:letters, l:group, '.')
  endif
  return s:known[a:id]
endfunction
let s:known = {0: '.'}

function! s:Line(number) abort
  let l:text = getline(a:number)
  let l:map = ''
  let l:column = 1
  for l:character in split(l:text, '\zs')
    let l:is_blank = l:character =~# '\s' || l:character ==# "\r"
    let l:map .= l:is_blank ? l:character : s:Letter(synID(a:number, l:column, 1))
    let l:column += len(l:character)
  endfor
  return l:map
endfunction

set runtimepath^=grammar/editors/vim
filetype plugin indent on
syntax on
" Long lines are coloured to their end, slow ones too.
set synmaxcol=0 redrawtime=100000
let s:lines = []
for s:path in files
  execute 'edit' fnameescape(s:path)
  if &filetype !=# 'nn'
    call add(s:lines, 'not recognised as an nn file: ' . s:path)
  endif
  call add(s:lines, '== ' . s:path)
  call extend(s:lines, map(range(1, line('$')), 's:Line(v:val)'))
  call add(s:lines, '')
endfor
call writefile(s:lines, output)
qall!
