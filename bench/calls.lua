-- Each request carries the next of the tokens in the file that TOKENS names, in the way that TARGET takes it.
local secrets = {}
for line in io.lines(os.getenv("TOKENS")) do secrets[#secrets + 1] = line end
local target, address, asker = os.getenv("TARGET"), os.getenv("ADDRESS"), os.getenv("ASKER")
local at = 0

request = function()
  at = at % #secrets + 1
  local headers = { ["CF-Connecting-IP"] = address, Authorization = "Bearer " .. secrets[at] }
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
