" The colours of .nn files in Vim and Neovim. Where a word means something depends on the block around it, so blocks, and
" the statements of experiments and reports, are regions; a declaration in the first column ends every block that was left
" open, as in the compiler.

if exists('b:current_syntax')
  finish
endif

syn case match
syn sync fromstart

" ---------------------------------------------------------------- expressions: first, for what comes later goes before

syn cluster nnExpression contains=nnComment,nnString,nnNumber,nnReserved,nnLogical,nnLiteral,nnInput,nnIn,nnFunctionCall,nnLibrary,nnMember,nnBinding,nnAssigned,nnOperator,nnParentheses,nnBrackets,nnBraces

syn match nnOperator "\v\<-|\|\>|\=\=|\!\=|\<\=|\>\=|\.\.|\/\/|\<|\>|\+|\-|\*|\/|\%|\@|\^|[=~]"
syn match nnReserved "\v<%(let|for|in|repeat|if|else|and|or|not|import|param|state|expects|input|fn)>"
syn match nnLogical "\v<%(and|or|not)>"
syn match nnLiteral "\v<%(true|false|none)>"
syn match nnInput "\v<in>"
syn match nnFunctionCall "\v<%(max|min|select|greater|sum|mean|reshape|transpose|slice|concat|convolve2d|max_pool2d|avg_pool2d|pick|one_hot|is_softmax|is_sigmoid|is_class|constant|uniform_between|normal_with|truncated_normal_with|cos|len|int|float|round|product|count_up_to|linspace|logspace|between|idx|kfold|holdout)>\ze\s*\("
syn match nnLibrary "\v<%(exp|log|sqrt|abs|sign|tanh|sigmoid|softplus|erf|softmax|log_softmax|random_like|linear|relu|relu6|leaky_relu|elu|selu|gelu|silu|mish|softsign|hard_sigmoid|zeros|ones|uniform|normal|glorot_uniform|glorot_normal|he_uniform|he_normal|lecun_normal|dense|flatten|conv2d|maxpool2d|avgpool2d|global_average_pool|dropout|batch_norm|cross_entropy|categorical_cross_entropy|binary_cross_entropy|mse|mae|accuracy|precision|recall|f1|roc_auc|log_loss|mean_squared_error|sgd|adam|adamw|rmsprop|pi|step_decay|exponential|cosine|polynomial|warmup|warmup_cosine)>"
" `for name in`, `sweep name in`: behind a name it is a keyword, elsewhere the input of the layer.
syn match nnIn "\v<%(%(let|for|in|repeat|if|else|and|or|not|import|param|state|expects|input|fn|true|false|none)>)@!\h\w*\s+in>" contains=nnInWord
syn match nnInWord "\v\s@<=in>" contained
syn match nnMember "\v\.@<!\.\s*\h\w*"
" What is declared here is none of the library's names.
syn match nnBinding "\v<%(let|param|state)\s+\h\w*" contains=nnBindingWord
syn match nnBinding "\v<expects\s+%(in>)@!\h\w*\s*\ze:" contains=nnBindingWord
syn match nnBindingWord "\v<%(let|param|state|expects)>\ze\s" contained
syn match nnAssigned "\v<\h\w*\ze\s*\<-"
syn match nnLabel "\v<\h\w*\ze\s*:" contained
syn match nnProperty "\v<\h\w*\ze\s*:" contained

syn region nnParentheses matchgroup=nnBracket start="(" end=")" end="\v^\ze%(import|data|model|layer|fn|init|loss|optimizer|schedule|metric|recipe|experiment|report)\s+[[:alpha:]_\"]" contains=@nnExpression,nnLabel
syn region nnBrackets matchgroup=nnBracket start="\[" end="\]" end="\v^\ze%(import|data|model|layer|fn|init|loss|optimizer|schedule|metric|recipe|experiment|report)\s+[[:alpha:]_\"]" contains=@nnExpression,nnLabel
syn region nnBraces matchgroup=nnBracket start="{" end="}" end="\v^\ze%(import|data|model|layer|fn|init|loss|optimizer|schedule|metric|recipe|experiment|report)\s+[[:alpha:]_\"]" contains=@nnExpression

syn region nnString start=+"\%(""\)\@!+ skip=+\\.+ end=+"+ end="$" contains=nnEscape,nnBadEscape
syn match nnBadEscape "\\." contained
syn match nnEscape "\v\\[\"\\nt{]" contained
syn match nnNumber "\v<\d+%(_\d+)*%(x\d+%(_\d+)*)*>"
syn match nnNumber "\v<\d+%(_\d+)*%(\.\d+%(_\d+)*%([eE][+-]=\d+%(_\d+)*)=|[eE][+-]=\d+%(_\d+)*)>"

syn match nnComment "#.*$" contains=nnTodo,@Spell
syn match nnDocumentation "##.*$" contains=nnTodo,@Spell
syn keyword nnTodo TODO FIXME contained

" ---------------------------------------------------------------- declarations

syn match nnVersion "\v^nn\s+[^ \t;#]+" contains=nnVersionNumber
syn match nnVersionNumber "\v(^nn\s+)@<=[^ \t;#]+" contained

syn region nnFunction matchgroup=nnDeclaration start="\v<%(model|layer|optimizer|fn|init|loss|schedule)\ze\s+\h" end="$" end="\ze[;#]" contains=nnDeclaredName,@nnExpression
syn region nnMetric matchgroup=nnDeclaration start="\v<metric\ze\s+\h" end="$" end="\ze[;#]" contains=nnDeclaredName,nnRecord
syn region nnData matchgroup=nnDeclaration start="\v<data\ze\s+\h" end="$" end="\ze[;#]" contains=nnDeclaredName,nnRecord,@nnExpression
syn region nnRecipe matchgroup=nnDeclaration start="\v<recipe\ze\s+\h" end="$" end="\ze[;#]" contains=nnDeclaredName,nnBase,nnRecord
syn region nnExperiment matchgroup=nnDeclaration start="\v<experiment\ze\s+\h" end="$" end="\ze[;#]" contains=nnDeclaredName,nnBase,nnExperimentBlock
syn region nnReport matchgroup=nnDeclaration start="\v<report\ze\s*\"" end="$" end="\ze[;#]" contains=nnString,nnReportBlock

syn match nnDeclaredName "\v(<%(import|data|model|layer|fn|init|loss|optimizer|schedule|metric|recipe|experiment|report)\s+)@<=\h\w*" contained nextgroup=nnParameters skipwhite
syn match nnBase "\v<from\ze\s+\h" contained

syn region nnParameters matchgroup=nnBracket start="(" end=")" end="\v^\ze%(import|data|model|layer|fn|init|loss|optimizer|schedule|metric|recipe|experiment|report)\s+[[:alpha:]_\"]" contained contains=nnComment,nnParameterType,nnParameterDefault
syn region nnParameterType start=":" end="\ze[=,)]" contained contains=nnComment,nnType,nnLiteral
syn region nnParameterDefault start="=" end="\ze[,)]" contained contains=@nnExpression
syn match nnType "\v<%(int|float|bool|string|dims|tensor|layer|init|optimizer|schedule|loss|metric|data|recipe)>" contained

syn region nnRecord matchgroup=nnBracket start="{" end="}" end="\v^\ze%(import|data|model|layer|fn|init|loss|optimizer|schedule|metric|recipe|experiment|report)\s+[[:alpha:]_\"]" contained contains=nnProperty,@nnExpression

" ---------------------------------------------------------------- experiments

syn region nnExperimentBlock matchgroup=nnBracket start="{" end="}" end="\v^\ze%(import|data|model|layer|fn|init|loss|optimizer|schedule|metric|recipe|experiment|report)\s+[[:alpha:]_\"]" contained contains=nnSweep,nnTrain,nnSeeds,nnSelect,nnStop,nnSample,nnValidate,nnWhere,nnBranch,@nnExpression
syn region nnSweep matchgroup=nnStatement start="\v<sweep>" end="$" end="\ze[;}#]" contained contains=nnBranch,@nnExpression
syn region nnBranch matchgroup=nnBracket start="{" end="}" end="\v^\ze%(import|data|model|layer|fn|init|loss|optimizer|schedule|metric|recipe|experiment|report)\s+[[:alpha:]_\"]" contained contains=@nnExpression
syn region nnTrain matchgroup=nnStatement start="\v<train>" end="$" end="\ze[;}#]" contained contains=@nnExpression,nnTrainClause,nnRecord
syn match nnTrainClause "\v<%(on|with)>" contained
syn region nnSeeds matchgroup=nnStatement start="\v<repeat\s+over>" end="$" end="\ze[;}#]" contained contains=@nnExpression,nnSeedsClause
syn match nnSeedsClause "\v<seeds>" contained
syn region nnSelect matchgroup=nnStatement start="\v<select\s+best\s+by>" end="$" end="\ze[;}#]" contained contains=@nnExpression,nnSelectClause
syn match nnSelectClause "\v<over>" contained
syn region nnStop matchgroup=nnStatement start="\v<stop\s+by>" end="$" end="\ze[;}#]" contained contains=@nnExpression,nnStopClause
syn match nnStopClause "\v<%(after|epochs)>" contained
syn region nnSample matchgroup=nnStatement start="\v<sample>" end="$" end="\ze[;}#]" contained contains=@nnExpression,nnSampleClause
syn match nnSampleClause "\v<points>" contained
syn match nnValidate "\v<validate%(\s+over)?>" contained
syn region nnWhere matchgroup=nnStatement start="\v<where>" end="$" end="\ze[;}#]" contained contains=@nnExpression

" ---------------------------------------------------------------- reports

syn region nnReportBlock matchgroup=nnBracket start="{" end="}" end="\v^\ze%(import|data|model|layer|fn|init|loss|optimizer|schedule|metric|recipe|experiment|report)\s+[[:alpha:]_\"]" contained contains=nnProse,nnReportItem,@nnExpression
syn region nnReportItem matchgroup=nnStatement start="\v<%(images|summary|curves|table|bars|compare|claim|confusion|roc|mistakes|heatmap|selection)>" end="$" end="\ze[;}#]" contained contains=@nnExpression
syn region nnProse start=+"""+ end=+"""+ contained contains=nnHeading,nnBold,nnProseEscape,nnInterpolation
syn match nnHeading "\v%(^\s*|\"\"\")@<=#{1,6}\s[^{\"]*" contained
syn region nnBold matchgroup=nnProse start="\v\*\*\ze[^ \t*]" end="\*\*" end=+\ze"""+ oneline contained contains=nnProseEscape,nnInterpolation
syn match nnProseEscape "{{\|}}" contained
syn region nnInterpolation matchgroup=nnDelimiter start="{{\@!" end="}" contained contains=@nnExpression

" ---------------------------------------------------------------- which colour

hi def link nnVersion Keyword
hi def link nnVersionNumber Number
hi def link nnDeclaration Keyword
hi def link nnDeclaredName Identifier
hi def link nnBase Keyword
hi def link nnType Type
hi def link nnStatement Statement
hi def link nnTrainClause Statement
hi def link nnSeedsClause Statement
hi def link nnSelectClause Statement
hi def link nnStopClause Statement
hi def link nnSampleClause Statement
hi def link nnValidate Statement
hi def link nnProse String
hi def link nnHeading Title
hi def link nnBold String
hi def link nnProseEscape SpecialChar
hi def link nnDelimiter Delimiter
hi def link nnBracket Delimiter
hi def link nnOperator Operator
hi def link nnReserved Keyword
hi def link nnLogical Keyword
hi def link nnLiteral Constant
hi def link nnInput Special
hi def link nnInWord Keyword
hi def link nnBindingWord Keyword
hi def link nnFunctionCall Function
hi def link nnLibrary Function
hi def link nnString String
hi def link nnEscape SpecialChar
hi def link nnBadEscape Error
hi def link nnNumber Number
hi def link nnComment Comment
hi def link nnDocumentation SpecialComment
hi def link nnTodo Todo

let b:current_syntax = 'nn'
