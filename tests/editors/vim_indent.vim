" Vim indents programs as they are written: nothing changes when a whole file is indented anew. `files` and `output` are
" those of vim_map.vim; the lines that changed are written.
set runtimepath^=grammar/editors/vim
filetype plugin indent on
syntax on
let s:changed = []
for s:path in files
  execute 'edit' fnameescape(s:path)
  let s:before = getline(1, '$')
  silent normal! gg=G
  for s:number in range(len(s:before))
    if getline(s:number + 1) !=# s:before[s:number]
      call add(s:changed, s:path . ':' . (s:number + 1) . ': ' . s:before[s:number])
    endif
  endfor
  bwipeout!
endfor
call writefile(s:changed, output)
qall!
