-- Class divs and spans as Typst functions: `::: {.lead}` becomes `#lead[...]`, `[▲ strength]{.rating-strength}` becomes
-- `#rating-strength[...]`, for every function of blocks.typ whose only parameter is `body`. Other classes pass untouched.
-- Plain Pandoc and Quarto (`filters:`) both run it; HTML needs nothing, report.css has rules of the same names.

if FORMAT ~= "typst" then return {} end

local known = {}
local folder = pandoc.path.directory(PANDOC_SCRIPT_FILE)
for line in io.lines(pandoc.path.join({ folder, "blocks.typ" })) do
  local name = line:match("^#let ([%a][%w%-]*)%(body%)")
  if name then known[name] = true end
end

local function wrapped(raw, whole)
  return function(el)
    local before, after = pandoc.List({}), pandoc.List({})
    for _, class in ipairs(el.classes) do
      if known[class] then
        before:insert(raw("typst", "#" .. class .. "["))
        after:insert(1, raw("typst", "]"))
      end
    end
    if #before == 0 then return nil end
    el.classes = el.classes:filter(function(class) return not known[class] end)
    local all = before .. { el } .. after
    return whole and pandoc.Div(all) or all
  end
end

-- Quarto runs this before it lays out columns, and makes a cell of each block of a Div with `layout…`: what stands in
-- one must stay a single block. In the built-in engine no such Div is left to find here.
local function cells(el)
  for name in pairs(el.attributes) do
    if name:find("^layout") then
      el.content = el.content:walk({ Div = wrapped(pandoc.RawBlock, true) })
      return el
    end
  end
end

-- PDF/UA wants words for every formula. Quarto gives them to equations with a label only; in the built-in engine
-- quarto.lua has written every formula by now, so that none is left to find here.
local function in_words(math)
  local words = math.text:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("%s+", " ")
  local raw = function(text) return pandoc.RawInline("typst", text) end
  return { raw('#[#set math.equation(alt: "' .. words .. '"); '), math, raw("]") }
end

local function display_math(el)
  local math = el.content[1]
  if #el.content == 1 and math.t == "Math" then return pandoc.Para(in_words(math)) end
end

local function inline_math(el)
  if el.mathtype == "InlineMath" then return in_words(el) end
end

return { { Div = cells }, { Div = wrapped(pandoc.RawBlock), Span = wrapped(pandoc.RawInline), Math = inline_math }, { Para = display_math } }
