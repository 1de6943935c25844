-- The last filter of both engines: takes the seal off text that came from data (spi_core/text/seal.py), where nothing reads
-- mark-up any more, and leaves it to the writer to escape it for its format.

local typst = FORMAT == "typst"
-- U+1D000 + code, in bytes
local sealed = "\xF0\x9D([\x80\x81])([\x80-\xBF])"

local function code_of(high, low) return (high:byte() - 0x80) * 64 + low:byte() - 0x80 end
local function plain(text) return (text:gsub(sealed, function(high, low) return string.char(code_of(high, low)) end)) end

-- Reads as a character in Typst's mark-up and in its strings alike.
local function typst_escape(char) return string.format("\\u{%x}", char:byte()) end
local function raw_text(format, text)
  return (text:gsub(sealed, function(high, low)
    return string.format(format == "typst" and "\\u{%x}" or "&#%d;", code_of(high, low))
  end))
end

local function words(el)
  if not el.text:find(sealed) then return nil end
  if not typst then return pandoc.Str(plain(el.text)) end
  -- not left to the writer: Typst would still make an ellipsis of three dots
  return pandoc.RawInline("typst", (plain(el.text):gsub("%p", typst_escape)))
end

local function verbatim(el)
  if not el.text:find(sealed) then return nil end
  el.text = plain(el.text)
  return el
end

local function raw(el)
  if not el.text:find(sealed) then return nil end
  el.text = raw_text(el.format, el.text)
  return el
end

local function attributes(el)
  el.identifier = plain(el.identifier)
  for key, value in pairs(el.attributes) do
    if value:find(sealed) then el.attributes[key] = plain(value) end
  end
  return el
end

local function link(el)
  el.target, el.title = plain(el.target), plain(el.title)
  return attributes(el)
end

local function image(el)
  el.src, el.title = plain(el.src), plain(el.title)
  return attributes(el)
end

local filter = { Str = words, Code = verbatim, CodeBlock = verbatim, RawInline = raw, RawBlock = raw, Link = link,
  Image = image, Div = attributes, Span = attributes, Header = attributes, Figure = attributes, Table = attributes }

function Pandoc(doc) return doc:walk(filter) end
