" .nn files are programs of nnc.
autocmd BufRead,BufNewFile *.nn setfiletype nn
