-- Neovim as the client, as Debian has it (0.7), set up as docs/editors.md says: diagnostics, hover, definition, completion,
-- lenses and formatting of a real file.
local program = os.getenv("NNC_PROGRAM")
local folder = vim.fn.tempname()
vim.fn.mkdir(folder, "p")
local path = folder .. "/study.nn"
vim.fn.writefile({ "model m {", "  input 28x28x1", "  flatten", "  dense(10, softmax)", "  dence(3)", "}" }, path)

local function finish(problem)
  vim.fn.delete(folder, "rf")
  if problem then io.stderr:write(problem .. "\n") end
  vim.cmd(problem and "cquit 1" or "quitall!")
end
local function check(condition, what)
  if not condition then error(what, 2) end
end

-- The Lua that follows these words in the documentation, with the program that is tested for the one on the path.
local function use_documented(words)
  local text = table.concat(vim.fn.readfile("docs/editors.md"), "\n")
  local code = text:match(vim.pesc(words) .. ".-```lua\n(.-)\n```")
  check(code, "the documentation has no " .. words)
  assert(loadstring(code))()
end
vim.env.PATH = vim.fn.fnamemodify(program, ":h") .. ":" .. vim.env.PATH
vim.env.XDG_CACHE_HOME = folder .. "/cache"

local function run()
  use_documented("Before that, from 0.7:")
  use_documented("Neovim shows lenses")
  vim.cmd("edit " .. path)
  local buffer = vim.api.nvim_get_current_buf()
  local client = NncClient
  check(client, "the server did not start")
  check(vim.wait(60000, function() return #vim.diagnostic.get(buffer) > 0 end), "no diagnostics came")
  local diagnostic = vim.diagnostic.get(buffer)[1]
  check(diagnostic.lnum == 4 and diagnostic.col == 2, "the diagnostic is elsewhere")
  check(diagnostic.message:find("did you mean `dense`?", 1, true), diagnostic.message)

  local function ask(method, line, character)
    local answers = vim.lsp.buf_request_sync(buffer, method, {
      textDocument = vim.lsp.util.make_text_document_params(buffer),
      position = { line = line, character = character },
    }, 60000)
    check(answers and answers[client] and answers[client].result, "no answer to " .. method)
    return answers[client].result
  end
  local hover = ask("textDocument/hover", 3, 4)
  check(hover.contents.value:find("layer dense(units: int", 1, true), hover.contents.value)
  local definition = ask("textDocument/definition", 3, 4)
  vim.lsp.util.jump_to_location(definition, "utf-16")
  check(vim.api.nvim_get_current_line():find("^layer dense"), "the definition is not shown")

  vim.api.nvim_set_current_buf(buffer)
  check(vim.bo.omnifunc == "v:lua.vim.lsp.omnifunc", "there is no completion")
  check(vim.fn.mapcheck("K", "n") ~= "" and vim.fn.mapcheck("gd", "n") ~= "", "there are no keys")
  vim.api.nvim_buf_set_lines(buffer, 4, 5, false, { "  dense(3) # 漢字 😀" })
  check(vim.wait(60000, function() return #vim.diagnostic.get(buffer) == 0 end), "the mistake stays")

  vim.api.nvim_buf_set_lines(buffer, 0, -1, false, { "model m{", "input   28x28x1", "  flatten # 漢字 😀", "dense( 3 )", "}" })
  local edits = ask("textDocument/formatting", 0, 0)
  vim.lsp.util.apply_text_edits(edits, buffer, "utf-16")
  local text = table.concat(vim.api.nvim_buf_get_lines(buffer, 0, -1, false), "\n")
  check(text == "model m {\n  input 28x28x1\n  flatten  # 漢字 😀\n  dense(3)\n}", text)

  vim.api.nvim_buf_set_lines(buffer, -1, -1, false, vim.fn.readfile("examples/quickstart.nn"))
  local function lens() return vim.lsp.codelens.get(buffer)[1] end
  vim.lsp.codelens.refresh()
  check(vim.wait(60000, function() return lens() ~= nil end), "there is no lens")
  check(lens().command.command == "nnc.run" and vim.lsp.commands["nnc.run"], "nothing runs the lens")

  vim.lsp.stop_client(client)
  check(vim.wait(60000, function() return vim.lsp.client_is_stopped(client) end), "the server does not end")
end

local ok, problem = pcall(run)
finish(not ok and problem or nil)
