# What nginx needs of handlers/endpoints.conf, for ./stagedoor and the package:
#   awk -v sockets=FOLDER -v part=upstreams -f endpoints.awk ENDPOINTS_CONF
#   awk -v special=FOLDER -v part=locations -f endpoints.awk ENDPOINTS_CONF
# FOLDER/HANDLER.conf, where there is one, is what one endpoint needs beside its row.

BEGIN {
  split("anyone queue_token -", open)
  split("user admitted admin", authorized)
  for (i in open) kind[open[i]] = "open"
  for (i in authorized) kind[authorized[i]] = "authorized"
  kind["host"] = "host"
}

/^[ \t]*(#|$)/ { next }

NF != 6 { fail("expected method, path, handler, level, limit and processes") }
!($4 in kind) { fail("there is no level " $4) }

{
  method[NR] = $1
  handler[NR] = $3
  level[NR] = $4
  limit[NR] = $5
  if (!($3 in known)) handlers[++handler_count] = $3
  known[$3]
  path = $2
  if (path == "-") path = "/endpoint/" $3
  if (!(path in rows)) paths[++path_count] = path
  rows[path] = rows[path] " " NR
}

END {
  if (failed) exit 1
  if (part == "upstreams") {
    for (i = 1; i <= handler_count; i++)
      printf "upstream %s { server unix:%s/%s.sock; }\n", handlers[i], sockets, handlers[i]
  } else {
    for (i = 1; i <= path_count; i++) print_locations(paths[i])
  }
}

function fail(problem) {
  print FILENAME " line " FNR ": " problem >"/dev/stderr"
  failed = 1
  exit 1
}

# The first method of a path is answered where the path is found, without a second look for a
# location; the others have one each.
function print_locations(path,    of, count, i, allowed) {
  count = split(rows[path], of)
  for (i = 1; i <= count; i++)
    allowed = allowed (i > 1 ? ", " : "") (method[of[i]] == "GET" ? "GET, HEAD" : method[of[i]])
  printf "\nlocation %s {\n", matcher(path)
  if (method[of[1]] == "-") {
    print "  internal;"
  } else {
    printf "  set $allow \"%s\";\n", allowed
    for (i = 2; i <= count; i++)
      printf "  if (%s) { rewrite ^ /endpoint/%s last; }\n", is_method("", of[i]), handler[of[i]]
    printf "  if (%s) { return 405; }\n", is_method("!", of[1])
  }
  print_endpoint(of[1], path)
  for (i = 2; i <= count; i++) {
    printf "\nlocation = /endpoint/%s {\n  internal;\n", handler[of[i]]
    print_endpoint(of[i], path)
  }
}

# {concert_id} becomes the variable $concert_id; {tile_path} the rest of the path.
function matcher(path) {
  if (path !~ /[{]/) return "= " path
  gsub(/\./, "\\.", path)
  gsub(/_path[}]/, "_path>.+)", path)
  gsub(/[{]/, "(?<", path)
  gsub(/[}]/, ">[^/]+)", path)
  return "~ \"^" path "$\""
}

function is_method(not, row) {
  if (method[row] == "GET") return "$request_method " not "~ \"^(GET|HEAD)$\""
  return "$request_method " not "= " method[row]
}

function print_endpoint(row, path,    zone, name, file) {
  if (split(limit[row], zone, ":") == 2)
    printf "  set $limit_zone %s;\n  limit_req zone=%s burst=%s nodelay;\n", zone[1], zone[1], zone[2]
  if (kind[level[row]] == "host") print "  include stagedoor/host_only.conf;"
  if (kind[level[row]] == "authorized")
    printf "  set $auth_level %s;\n  include stagedoor/auth.conf;\n", level[row]
  if (serves_files(handler[row])) {
    printf "  include stagedoor/endpoints/%s.conf;\n}\n", handler[row]
    return
  }
  print "  include stagedoor/fastcgi.conf;"
  while (match(path, /[{][a-z_]+[}]/)) {
    name = substr(path, RSTART + 1, RLENGTH - 2)
    printf "  fastcgi_param %s $%s;\n", toupper(name), name
    path = substr(path, RSTART + RLENGTH)
  }
  file = special "/" handler[row] ".conf"
  if ((getline <file) > 0) printf "  include stagedoor/endpoints/%s.conf;\n", handler[row]
  close(file)
  # For fcgiwrap, which runs in the folder of the binaries.
  printf "  fastcgi_param SCRIPT_FILENAME ./%s;\n", handler[row]
  printf "  fastcgi_pass %s;\n}\n", handler[row]
}

# Whether nginx looks for a file first: then the handler's own location is in that configuration.
function serves_files(handler,    file, line, found) {
  file = special "/" handler ".conf"
  while ((getline line <file) > 0) if (line ~ /try_files/) found = 1
  close(file)
  return found
}
