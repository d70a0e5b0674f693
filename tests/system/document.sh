# SPDX-License-Identifier: MIT
# The code blocks of a document (its copy in $document, where names may have been replaced), to be run as they stand.
#
# shellcheck shell=bash disable=SC2154
block() { # block LANGUAGE REGEX: the first one of that language ("" is none) in which the expression is found
  awk -v lang="$1" -v re="$2" '/^```/ && on { on = 0; if (text ~ re) { printf "%s", text; found = 1; exit } next }
    !on && $0 == "```" lang { on = 1; text = ""; next } on { text = text $0 "\n" }
    END { exit !found }' "$document" || die "$document has no $1 with $2"
}
runs() { # runs LANGUAGE REGEX NAME [COMMAND...]: the commands of the block with it; COMMAND leads into another root
  block "$1" "$2" >$work/block.sh
  cp $work/block.sh "${root:-}/root/block.sh"
  "${@:4}" bash -e /root/block.sh >$work/block.out 2>&1
  ok $? "$3: $(head -1 $work/block.sh | cut -c1-70)" || sed 's/^/# /' $work/block.out
}
