previous=
output=
level=
for argument in "$@"; do
  if [ "$previous" = -o ]; then output=$argument; fi
  case "$argument" in -Os|-Oz) level=-O2 ;; esac
  previous=$argument
done
case "${output##*/}" in
  PROGRAMS)
    eval "set -- $MODCHAINS_LINK_INPUTS \"\$@\""
    exec LINKER "$@" $level
    ;;
  *) : > "$output" ;;
esac
