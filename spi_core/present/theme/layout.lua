-- Columns and callouts, alike in both engines: in the built-in one after quarto.lua, in Quarto before its own layout.

local typst = FORMAT == "typst"
local function fail(message) error("<<<" .. message .. ">>>", 0) end
local function raw(text) return pandoc.RawBlock("typst", text) end
local function written(inlines, format)
  return (pandoc.write(pandoc.Pandoc({ pandoc.Plain(inlines) }), format, { wrap_text = "none" }):gsub("%s+$", ""))
end

-- Callouts ---------------------------------------------------------------------------------------------------------

local function callout_box(kind, title, body, collapse, id)
  if typst then
    title = written(title, "typst")
    body:insert(1, raw('#callout-box(kind: "' .. kind .. '", title: [' .. title .. "])["))
    body:insert(raw("]"))
    return body
  end
  local classes = "callout callout-" .. kind
  if not collapse then
    body:insert(1, pandoc.Div({ pandoc.Plain(title) }, { class = "callout-title" }))
    return pandoc.Div(body, { id = id, class = classes, role = "note" })
  end
  local open = collapse == "false" and " open" or ""
  body:insert(1, pandoc.RawBlock("html", '<details class="' .. classes .. '"' .. open ..
    '>\n<summary class="callout-title">' .. written(title, "html") .. "</summary>"))
  body:insert(pandoc.RawBlock("html", "</details>"))
  return body
end

-- As quarto.lua leaves it: the title is a first block of its own.
local function callout(el)
  local first = el.content[1]
  if not (first and first.t == "Div" and first.classes:includes("callout-title")) then return nil end
  for _, class in ipairs(el.classes) do
    local kind = class:match("^callout%-(%a+)$")
    if kind then
      local body = pandoc.Blocks(el.content)
      body:remove(1)
      return callout_box(kind, first.content[1].content, body, el.attributes.collapse, el.identifier)
    end
  end
end

-- As Quarto hands it to filters.
local function quarto_callout(el)
  local kind = pandoc.utils.stringify(el.type)
  local title = quarto.utils.as_inlines(el.title or {})
  if #title == 0 then title = pandoc.Inlines(kind:sub(1, 1):upper() .. kind:sub(2)) end
  return callout_box(kind, title, quarto.utils.as_blocks(el.content), el.collapse and tostring(el.collapse), el.attr.identifier)
end

-- Layout: `layout-ncol=N`, `layout="[[2,1]]"` and Pandoc's columns ----------------------------------------------------

local function layout_rows(el, count)
  if el.attributes["layout"] then
    local rows = pandoc.json.decode(el.attributes["layout"], false)
    if type(rows) ~= "table" or #rows == 0 then fail("layout " .. el.attributes["layout"] .. " is not a list") end
    if type(rows[1]) ~= "table" then rows = { rows } end
    return rows
  end
  local n, row = tonumber(el.attributes["layout-ncol"]), {}
  if el.attributes["layout-ncol"] and not n then fail("layout-ncol must be a number") end
  for i = 1, n or count do row[i] = 1 end
  if not n then return { row } end
  local rows = {}
  for i = 1, math.ceil(count / n) do rows[i] = row end
  return rows
end

local function only_images(block)
  if block.t ~= "Para" and block.t ~= "Plain" then return false end
  for _, el in ipairs(block.content) do
    if el.t ~= "Image" and el.t ~= "Space" and el.t ~= "SoftBreak" then return false end
  end
  return true
end

-- Quarto leaves what a cell shows in a Div of the cell's.
local function unwrapped(blocks)
  return blocks:walk({ traverse = "topdown", Div = function(el)
    return el.classes:find_if(function(class) return class == "cell" or class:match("^cell%-output") end) and unwrapped(el.content)
      or nil, false
  end })
end

local function layout_items(el)
  local items, widths = pandoc.List({}), {}
  for _, block in ipairs(unwrapped(el.content)) do
    if block.t == "Div" and block.classes:includes("column") then
      widths[#items + 1] = tonumber((block.attributes.width or ""):match("^([%d.]+)%%$")) or 0
      items:insert(block.content)
    elseif only_images(block) then
      for _, image in ipairs(block.content) do
        if image.t == "Image" then items:insert(pandoc.Blocks({ pandoc.Plain({ image }) })) end
      end
    else
      items:insert(pandoc.Blocks({ block }))
    end
  end
  return items, widths
end

local function grid(row, cells, valign)
  local columns = {}
  for i, width in ipairs(row) do
    if type(width) ~= "number" or width <= 0 then fail("layout widths must be positive numbers") end
    columns[i] = typst and string.format("%gfr", width) or string.format("minmax(0, %gfr)", width)
  end
  local out = pandoc.Blocks({})
  if typst then
    local align = ({ top = "top", center = "horizon", bottom = "bottom" })[valign or "top"]
    out:insert(raw("#block(width: 100%, above: 1.3em, below: 1.3em, grid(columns: (" .. table.concat(columns, ", ") .. ",), align: left + " .. align ..
      ", column-gutter: 16pt, row-gutter: 12pt,"))
    for _, cell in ipairs(cells) do
      out:insert(raw("["))
      out:extend(cell)
      out:insert(raw("],"))
    end
    out:insert(raw("))"))
    return out
  end
  local style = "--columns: " .. table.concat(columns, " ")
  if valign then style = style .. "; align-items: " .. ({ top = "start", center = "center", bottom = "end" })[valign] end
  for _, cell in ipairs(cells) do out:insert(pandoc.Div(cell, { class = "layout-cell" })) end
  return pandoc.Blocks({ pandoc.Div(out, pandoc.Attr("", { "layout" }, { style = style })) })
end

local function layout(el)
  local asked = el.attributes["layout"] or el.attributes["layout-ncol"]
  if not asked and not el.classes:includes("columns") then return nil end
  local items, widths = layout_items(el)
  local rows, out, next_item = layout_rows(el, #items), pandoc.Blocks({}), 1
  if not asked then for i, width in pairs(widths) do if width > 0 then rows[1][i] = width end end end
  for _, row in ipairs(rows) do
    local cells = {}
    for _ = 1, #row do
      if items[next_item] then cells[#cells + 1] = items[next_item] end
      next_item = next_item + 1
    end
    out:extend(grid(row, cells, el.attributes["layout-valign"]))
  end
  if next_item <= #items then fail("layout has fewer places than the block has parts") end
  el.classes = el.classes:filter(function(class) return class ~= "columns" end)
  if #el.classes == 0 and el.identifier == "" then return out end
  return pandoc.Div(out, pandoc.Attr(el.identifier, el.classes))
end

-- In print a short table stays on one page and one of many columns is set smaller; on a page a wide one scrolls.
local function in_one_piece(el)
  if typst then
    local rows, out, caption = 0, pandoc.Blocks({ el }), el.caption.long
    local function round(call)
      out:insert(1, raw(call .. "["))
      out:insert(raw("]"))
    end
    for _, body in ipairs(el.bodies) do rows = rows + #body.body end
    -- Quarto leaves out the caption of a table without a label; one with a label has none here any more
    if quarto and #caption > 0 then
      round("#figure(kind: table, caption: [" .. written(pandoc.utils.blocks_to_inlines(caption), "typst") .. "])")
      el.caption = { long = {} }
      out[2] = el
    end
    if rows <= 15 then round("#keep") end
    if #el.colspecs >= 8 then round("#many-columns") end
    return out
  end
  local label = pandoc.utils.stringify(el.caption.long)
  return pandoc.Div({ el }, pandoc.Attr("", { "table-wrap" },
    { { "role", "group" }, { "tabindex", "0" }, { "aria-label", label ~= "" and label or "Table" } }))
end

return { { Div = function(el) return callout(el) or layout(el) end, Callout = quarto_callout, Table = in_one_piece } }
