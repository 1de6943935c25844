-- The part of Quarto's Markdown that plain Pandoc does not know, for HTML and Typst: conditional content, shortcodes,
-- cross-references, floats, callouts' titles, raw HTML tables, equations, alt text; layout.lua comes after it. Anything
-- else stops with a message.
-- The document is walked in the order of the functions at the end; each does one thing.

local typst = FORMAT == "typst"
local stringify, text_type = pandoc.utils.stringify, pandoc.utils.type
local meta = {}

-- The engine shows what stands between the brackets to the author.
local function fail(message) error("<<<" .. message .. ">>>", 0) end
local function straight(text) return (text:gsub("\u{201C}", '"'):gsub("\u{201D}", '"')) end
local function raw(text) return pandoc.RawBlock("typst", text) end
local function quoted(text) return '"' .. text:gsub("\\", "\\\\"):gsub('"', '\\"'):gsub("%s+", " ") .. '"' end
local function inlines_of(markdown)
  local blocks = pandoc.read(markdown, "markdown").blocks
  return blocks[1] and blocks[1].content or pandoc.Inlines({})
end
local function written(inlines)
  return (pandoc.write(pandoc.Pandoc({ pandoc.Plain(inlines) }), "typst", { wrap_text = "none" }):gsub("%s+$", ""))
end

-- Conditional content ---------------------------------------------------------------------------------------------

local function is_format(name)
  if name == "pdf" or name == "latex" then
    fail('when-format="' .. name .. '" means LaTeX in Quarto; the PDFs are made by Typst: write "typst"')
  end
  return name == (typst and "typst" or "html") or (not typst and name == "html:js")
end

-- Whether the metadata hold a key, or a key within a key, that is true.
local function is_meta(key)
  local value = meta
  for part in key:gmatch("[^.]+") do value = type(value) == "table" and value[part] or nil end
  return value == true
end

local function conditional(el)
  local hidden, shown = el.classes:includes("content-hidden"), el.classes:includes("content-visible")
  if not hidden and not shown then return nil end
  local met = true
  for key, value in pairs(el.attributes) do
    if key == "when-format" then met = met and is_format(value)
    elseif key == "unless-format" then met = met and not is_format(value)
    elseif key == "when-meta" then met = met and is_meta(value)
    elseif key == "unless-meta" then met = met and not is_meta(value)
    else fail("condition " .. key .. " is not supported; allowed: when- and unless-format, when- and unless-meta") end
  end
  if met == hidden then return {} end
  if el.t == "CodeBlock" then return pandoc.CodeBlock(el.text) end
  -- what else it is stays
  el.classes = el.classes:filter(function(class) return class ~= "content-hidden" and class ~= "content-visible" end)
  if #el.classes == 0 and el.identifier == "" then return el.content end
  el.attributes = {}
  return el
end

-- Shortcodes ------------------------------------------------------------------------------------------------------

local function meta_value(key)
  local value = meta
  for part in key:gmatch("[^.]+") do
    if type(value) ~= "table" then value = nil break end
    value = value[tonumber(part) or part]
  end
  local kind = text_type(value)
  if kind == "Inlines" then return value end
  if kind == "Blocks" then return pandoc.utils.blocks_to_inlines(value) end
  if kind == "string" or kind == "boolean" or kind == "number" then return inlines_of(tostring(value)) end
  fail("{{< meta " .. key .. " >}}: the document has no such metadata")
end

local function shortcode(text)
  local name, rest = text:match("^(%S+)%s*(.*)$")
  if name == "pagebreak" then return pandoc.Inlines({ pandoc.Span({}, { class = "pagebreak" }) }) end
  if name == "meta" then return meta_value((rest:gsub("[\"']", ""))) end
  fail("unknown shortcode {{< " .. text .. " >}}; allowed: include, meta, pagebreak")
end

local function shortcodes(inlines)
  -- asked first, since going through every word takes a third of a conversion
  if not stringify(inlines):find("{{<", 1, true) then return nil end
  local out, i = pandoc.Inlines({}), 1
  while i <= #inlines do
    local el = inlines[i]
    if el.t == "Str" and el.text:find("{{<", 1, true) then
      local text, j = el.text, i
      while not text:find(">}}", 1, true) do
        j = j + 1
        if j > #inlines then fail("shortcode without its end: " .. text) end
        text = text .. straight(stringify(inlines[j]))
      end
      local before, body, after = text:match("^(.-){{<%s*(.-)%s*>}}(.*)$")
      if before:sub(-1) == "{" and after:sub(1, 1) == "}" then
        out:insert(pandoc.Str(before .. "{< " .. body .. " >}" .. after))
        i = j + 1
      else
        if before ~= "" then out:insert(pandoc.Str(before)) end
        out:extend(shortcode(body))
        inlines[j], i = pandoc.Str(after), j
      end
    else
      if el.t ~= "Str" or el.text ~= "" then out:insert(el) end
      i = i + 1
    end
  end
  return out
end

local function pagebreak(el)
  local first = el.content[1]
  if first and #el.content == 1 and first.t == "Span" and first.classes:includes("pagebreak") then
    return typst and raw("#pagebreak(weak: true)") or pandoc.Div({}, { class = "page-break" })
  end
end

local function link(el)
  if el.target:find("{{<", 1, true) or el.target:find("%7B%7B%3C", 1, true) then
    fail("shortcodes in link targets are not supported: " .. el.target)
  end
  el.target = el.target:gsub("^([^:]*)%.qmd(#?[^/]*)$", "%1.html%2")
  return el
end

-- Raw HTML tables become real ones, so that both formats get their header cells -------------------------------------

-- Columns that say nothing about alignment: numbers to the right, words to the left, headings like their column.
local function align_columns(el)
  local numeric, rows = {}, 0
  for _, body in ipairs(el.bodies) do
    for _, row in ipairs(body.body) do
      rows = rows + 1
      for i, cell in ipairs(row.cells) do
        if cell.col_span > 1 or cell.row_span > 1 or cell.alignment ~= "AlignDefault" then return nil end
        local number = stringify(cell.contents):match("^[%-+\u{2212}%d.,%%%s£]*%d[%d.,%%%s]*$")
        numeric[i] = numeric[i] ~= false and number ~= nil
      end
    end
  end
  if rows == 0 then return nil end
  for i, spec in ipairs(el.colspecs) do spec[1] = numeric[i] and "AlignRight" or "AlignLeft" end
  for _, row in ipairs(el.head.rows) do
    for _, cell in ipairs(row.cells) do cell.alignment = "AlignDefault" end
  end
  return el
end

local function raw_table(el)
  if el.format ~= "html" or not el.text:find("<table", 1, true) then return nil end
  if not typst and el.text:find('data%-quarto%-disable%-processing="true"') then return nil end
  return pandoc.read(el.text, "html").blocks:walk({ Div = function(div) return div.content end, Table = align_columns })
end

-- Floats: `::: {#fig-x}`, `::: {#tbl-x}` ----------------------------------------------------------------------------

local function is_cell(el)
  for _, class in ipairs(el.classes) do
    if class:match("^cell$") or class:match("^cell%-output") then return true end
  end
end

local function unwrap_cell(el) if is_cell(el) then return el.content end end

local function only_images(block)
  if block.t ~= "Para" and block.t ~= "Plain" then return false end
  for _, el in ipairs(block.content) do
    if el.t ~= "Image" and el.t ~= "Space" and el.t ~= "SoftBreak" then return false end
  end
  return true
end

local function float(el)
  local kind = el.identifier:match("^(%a+)%-")
  local unnumbered = el.classes:includes("float")
  if kind ~= "fig" and kind ~= "tbl" and not unnumbered then return nil end
  local body, caption = pandoc.Blocks(el.content), nil
  local last = body[#body]
  if last and last.t == "Para" and not only_images(last) then
    caption = pandoc.Blocks({ pandoc.Plain(last.content) })
    body:remove()
  end
  if #body == 1 and body[1].t == "Table" then
    local tbl = body[1]
    tbl.identifier = el.identifier
    if caption then tbl.caption = { long = caption } end
    if el.attributes["tbl-colwidths"] then tbl.attributes["tbl-colwidths"] = el.attributes["tbl-colwidths"] end
    return tbl
  end
  if #body == 1 and body[1].t == "Figure" then
    caption, body = caption or body[1].caption.long, body[1].content
  end
  if #body == 0 then fail((kind or "float") .. " " .. el.identifier .. " has no content") end
  if el.attributes["layout"] or el.attributes["layout-ncol"] then
    body = pandoc.Blocks({ pandoc.Div(body, pandoc.Attr("", {}, el.attributes)) })
  end
  return pandoc.Figure(body, { long = caption or {} }, pandoc.Attr(el.identifier))
end

local function no_nested_figures(figure)
  figure.content:walk({ Figure = function(inner)
    if inner.identifier ~= "" then fail("sub-figures are not supported: " .. inner.identifier) end
  end })
  figure.content:walk({ Image = function(image)
    local alt = image.attributes["fig-alt"] or image.attributes["alt"] or ""
    if alt:match("^%s*$") then fail("figure " .. image.src .. ' has no alt text: give it fig-alt="…"') end
  end })
end

-- Callouts: the title is an attribute or a first heading ------------------------------------------------------------

local callouts = { note = "Note", tip = "Tip", important = "Important", warning = "Warning", caution = "Caution" }

local function callout_kind(el)
  for _, class in ipairs(el.classes) do
    local kind = class:match("^callout%-(%a+)$")
    if kind == "title" then return nil end
    if kind and not callouts[kind] then fail("unknown callout ." .. class) end
    if kind then return kind end
  end
end

local function callout_title(el)
  local kind = callout_kind(el)
  if not kind then return nil end
  local first, title = el.content[1], nil
  if el.attributes.title then title = inlines_of(el.attributes.title)
  elseif first and first.t == "Header" then title = first.content el.content:remove(1)
  else title = pandoc.Inlines(callouts[kind]) end
  el.content:insert(1, pandoc.Div({ pandoc.Plain(title) }, { class = "callout-title" }))
  return el
end

-- Equations: `$$ … $$ {#eq-x alt="…"}` ------------------------------------------------------------------------------

local function equation(el)
  local math = el.content[1]
  if not (math and math.t == "Math" and math.mathtype == "DisplayMath") then return nil end
  local rest = straight(stringify(pandoc.Inlines({ table.unpack(el.content, 2) })))
  local id = rest:match("^%s*{#(eq%-[%w%-_]+).*}%s*$")
  if not id then return nil end
  local alt = rest:match('alt="(.-)"') or math.text
  return pandoc.Div({ pandoc.Para({ math }) }, pandoc.Attr(id, { "equation" }, { alt = alt }))
end

-- Numbers and references ----------------------------------------------------------------------------------------------

local words = { fig = "Figure", tbl = "Table", eq = "Equation", sec = "Section" }
local found, counts = {}, { fig = 0, tbl = 0, eq = 0 }

local function number(id, kind)
  if found[id] then fail("label " .. id .. " is used twice") end
  counts[kind] = counts[kind] + 1
  found[id] = tostring(counts[kind])
  return found[id]
end

local function numbered_caption(kind)
  return function(el)
    if kind == "fig" then no_nested_figures(el) end
    local prefix = el.identifier:match("^(%a+)%-")
    if prefix ~= "fig" and prefix ~= "tbl" then return nil end
    local label = words[prefix] .. "\u{A0}" .. number(el.identifier, prefix)
    local long = el.caption.long
    local text = #long > 0 and pandoc.utils.blocks_to_inlines(long) or pandoc.Inlines({})
    if #text > 0 then label = label .. ":" end
    text:insert(1, typst and pandoc.RawInline("typst", '#text(weight: "semibold")[' .. label .. "]")
      or pandoc.Span({ pandoc.Str(label) }, { class = "caption-label" }))
    if #text > 1 then text:insert(2, pandoc.Space()) end
    el.caption = { long = { pandoc.Plain(text) } }
    return el
  end
end

local section, previous_level = {}, 1

local function header(el)
  local text = stringify(el.content)
  if el.level == 1 then fail("heading '" .. text .. "': documents start at ## under the title") end
  if el.level > previous_level + 1 then fail("heading '" .. text .. "' skips a level") end
  previous_level = el.level
  local depth = el.level - 1
  local wanted = meta["number-sections"] and depth <= (tonumber(stringify(meta["number-depth"] or "")) or 6)
  local label = nil
  if wanted and not el.classes:includes("unnumbered") then
    section[depth] = (section[depth] or 0) + 1
    for deeper = depth + 1, 6 do section[deeper] = nil end
    for shallower = 1, depth do section[shallower] = section[shallower] or 1 end
    label = table.concat(section, ".")
  end
  if el.identifier:match("^sec%-") then
    if found[el.identifier] then fail("label " .. el.identifier .. " is used twice") end
    found[el.identifier] = label or pandoc.Inlines(el.content)
  end
  if not label then return nil end
  local prefix = pandoc.Span({ pandoc.Str(label) }, { class = "header-section-number" })
  el.content = pandoc.Inlines({ prefix, pandoc.Space() }) .. el.content
  return el
end

local function numbered_equation(el)
  if el.classes:includes("equation") then
    el.attributes.number = number(el.identifier, "eq")
    return el
  end
end

local function reference(citation)
  local kind, target = citation.id:match("^(%a+)%-"), found[citation.id]
  if not target then fail("unknown reference @" .. citation.id) end
  local content
  if type(target) ~= "string" then content = target
  elseif citation.mode == "SuppressAuthor" then content = pandoc.Inlines(target)
  elseif #citation.prefix > 0 then content = citation.prefix .. { pandoc.Str("\u{A0}" .. target) }
  else content = pandoc.Inlines({ pandoc.Str(words[kind] .. "\u{A0}" .. target) }) end
  return pandoc.Link(content, "#" .. citation.id)
end

local function cite(el)
  local out, ours = pandoc.Inlines({}), 0
  for i, citation in ipairs(el.citations) do
    if words[citation.id:match("^(%a+)%-") or ""] then
      ours = ours + 1
      if i > 1 then out:extend({ pandoc.Str(","), pandoc.Space() }) end
      out:insert(reference(citation))
      if #citation.suffix > 0 then out:extend(citation.suffix) end
    end
  end
  if ours == 0 then return nil end
  if ours < #el.citations then fail("cross-references and citations stand in one bracket: " .. stringify(el)) end
  return out
end

-- What each format needs ------------------------------------------------------------------------------------------------

local function tables(el)
  if #el.head.rows == 0 then fail("table " .. (el.identifier ~= "" and el.identifier or stringify(el):sub(1, 40)) ..
    " has no header row") end
  local widths = el.attributes["tbl-colwidths"]
  if widths then
    for i, width in ipairs(pandoc.json.decode(widths, false)) do el.colspecs[i][2] = width / 100 end
    el.attributes["tbl-colwidths"] = nil
  end
  if typst then
    for i, spec in ipairs(el.colspecs) do if spec[1] == "AlignDefault" then el.colspecs[i][1] = "AlignLeft" end end
    return el
  end
  for _, row in ipairs(el.head.rows) do
    for _, cell in ipairs(row.cells) do cell.attributes.scope = cell.col_span > 1 and "colgroup" or "col" end
  end
  for _, body in ipairs(el.bodies) do
    for _, row in ipairs(body.body) do
      for i = 1, math.min(body.row_head_columns, #row.cells) do row.cells[i].attributes.scope = "row" end
    end
  end
  return el
end

local function typst_length(value)
  local size, unit = value:match("^([%d.]+)(.*)$")
  if not size then fail("image size " .. value .. " is not a length") end
  if unit == "" or unit == "px" then return string.format("%gpt", tonumber(size) * 0.75) end
  return size .. unit
end

local function image(el)
  local alt = el.attributes["fig-alt"] or el.attributes["alt"] or stringify(el.caption)
  if alt:match("^%s*$") then fail("image " .. el.src .. " has no alt text") end
  if el.src:match("^%a%a+:") and not el.src:match("^data:") then fail("image " .. el.src .. " is not a local file") end
  if el.src:match("^[/\\]") or el.src:match("%.%.[/\\]") or el.src:match("^%a:") then
    fail("image " .. el.src .. " does not lie beside or below the document")
  end
  el.attributes["fig-alt"], el.attributes["alt"] = nil, alt
  if not typst then return el end
  local found_file, mime, content = pcall(pandoc.mediabag.fetch, el.src)
  if not found_file or not content then fail("image " .. el.src .. " does not exist") end
  local extension = (mime or ""):match("svg") and "svg" or (mime or ""):match("/(%a+)") or "png"
  local name = "media-" .. pandoc.utils.sha1(content) .. "." .. extension
  local file = assert(io.open(name, "wb"))
  file:write(content)
  file:close()
  local size = ""
  for _, side in ipairs({ "width", "height" }) do
    if el.attributes[side] then size = size .. ", " .. side .. ": " .. typst_length(el.attributes[side]) end
  end
  return pandoc.RawInline("typst", "#box(image(" .. quoted(name) .. ", alt: " .. quoted(alt) .. size .. "))")
end

local function typst_math(el)
  if not typst then return nil end
  return pandoc.RawInline("typst", "#[#set math.equation(alt: " .. quoted(el.text) .. ");" .. written({ el }) .. "]")
end

local function written_equation(el)
  if not el.classes:includes("equation") then return nil end
  local math, label = el.content[1].content[1], "(" .. el.attributes.number .. ")"
  if not typst then
    return pandoc.Div({ pandoc.Plain({ math }), pandoc.Plain({ pandoc.Str(label) }) },
      pandoc.Attr(el.identifier, { "equation" }))
  end
  return raw("#[#set math.equation(alt: " .. quoted(el.attributes.alt) .. ', numbering: _ => "' .. label .. '")\n' ..
    written({ math }) .. " <" .. el.identifier .. ">]")
end

local function references(doc)
  local cited, placed = false, false
  doc:walk({ Cite = function(el)
    cited = true
    -- without one the engine spares itself Pandoc's citations, which would have missed the source
    if not meta.bibliography and not meta.references then fail("citation " .. stringify(el) .. ": the document names no bibliography") end
  end, Div = function(el) placed = placed or el.identifier == "refs" end })
  if cited and not placed then
    doc.blocks:insert(pandoc.Header(2, "References", { id = "references", class = "unnumbered" }))
    doc.blocks:insert(pandoc.Div({}, { id = "refs" }))
  end
  return doc
end

function Pandoc(doc)
  meta = doc.meta
  doc = doc:walk({ Div = conditional, Span = conditional, CodeBlock = conditional })
  doc = doc:walk({ Inlines = shortcodes, Link = link })
  doc = doc:walk({ Para = pagebreak, Plain = pagebreak, RawBlock = raw_table })
  doc = doc:walk({ Span = function(el)
    if el.classes:includes("pagebreak") then fail("{{< pagebreak >}} must be a paragraph of its own") end
  end, Div = unwrap_cell, Para = equation })
  doc = doc:walk({ Div = function(el) return float(el) or callout_title(el) end })
  doc = doc:walk({ traverse = "topdown", Figure = numbered_caption("fig"), Table = numbered_caption("tbl"),
    Header = header, Div = numbered_equation })
  doc = doc:walk({ Cite = cite })
  doc = references(doc)
  doc = doc:walk({ Div = written_equation, Table = tables, Image = image })
  return doc:walk({ Math = typst_math })
end
