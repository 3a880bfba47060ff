-- Each request carries the next of the tokens in the file that TOKENS names, in the way that TARGET takes it.
local secrets = {}
for line in io.lines(os.getenv("TOKENS")) do secrets[#secrets + 1] = line end
local target, address, asker = os.getenv("TARGET"), os.getenv("ADDRESS"), os.getenv("ASKER")
local cookie, origin = os.getenv("COOKIE"), os.getenv("ORIGIN")
local at, calls = 0, 0

-- Of twenty calls sixteen check a token, three list tokens and one edits one: by a person where there is a cookie.
local function mixed(headers)
  calls = calls + 1
  if calls % 20 > 3 then return wrk.format("GET", "/api/v1/tokens/self", headers) end
  if cookie ~= "" then headers = { ["CF-Connecting-IP"] = address, Cookie = cookie, Origin = origin } end
  if calls % 20 > 0 then return wrk.format("GET", "/api/v1/users/me/tokens?limit=50", headers) end
  headers["Content-Type"] = "application/json"
  local path = string.format("/api/v1/tokens/tok_%026d", calls / 20 % 50)
  return wrk.format("PATCH", path, headers, string.format('{"description":"%d"}', calls))
end

request = function()
  at = at % #secrets + 1
  local headers = { ["CF-Connecting-IP"] = address, Authorization = "Bearer " .. secrets[at] }
  if target == "mixed" then return mixed(headers) end
  if target == "/oauth2/introspect" then
    headers.Authorization = "Basic " .. asker
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    return wrk.format("POST", target, headers, "token=" .. secrets[at])
  end
  if target == "/forward-auth" then
    headers["X-Forwarded-Method"] = "GET"
    headers["X-Forwarded-Uri"] = "/backups/1"
  end
  return wrk.format("GET", target, headers)
end
