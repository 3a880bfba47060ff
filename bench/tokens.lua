-- Each request carries the next of the tokens in the file that TOKENS names.
local secrets = {}
for line in io.lines(os.getenv("TOKENS")) do secrets[#secrets + 1] = "Bearer " .. line end
local at = 0
request = function()
  at = at % #secrets + 1
  return wrk.format("GET", os.getenv("TARGET"), { Authorization = secrets[at] })
end
