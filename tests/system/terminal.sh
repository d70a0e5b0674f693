# SPDX-License-Identifier: MIT
# A conversation with encvoyctl on a terminal: talk ARGS..., then answer QUESTION ANSWER, and ends.
#
# shellcheck shell=bash disable=SC2034,SC2154
screen=$work/screen

talk() { # talk ARGS...: encvoyctl on a terminal of its own
  rm -f $work/keys
  mkfifo $work/keys
  : >$screen
  seen=0
  script -qfec "trap : INT; encvoyctl $*; echo \"ended=\$? \$(stty -a | grep -oE -- '-?echo ')\"" \
    /dev/null <$work/keys >$screen 2>&1 &
  talk_pid=$!
  exec 8>$work/keys
}
shows() { tail -c +$((seen + 1)) $screen | grep -qE -- "$1"; }
sees() { # sees REGEX: waits for it behind what has been answered
  wait_for 20 shows "$1" && return
  sed 's/^/# /' $screen
  die "it did not ask: $1"
}
answer() { # answer QUESTION ANSWER
  sees "$1"
  seen=$(stat -c %s $screen)
  printf '%s\n' "$2" >&8
}
signs_in() { # signs_in WHO: opens the address shown and pastes where it ended
  sees 'https://[^ ]*/oidc/auth[^ ]*'
  local url
  url=$(tail -c +$((seen + 1)) $screen | grep -oE 'https://[^ ]*/oidc/auth[^ ]*' | tail -1 | tr -d '\r')
  answer 'paste here|Paste' "$(browse "$1" "$url")"
}
ends() { # waits for the end: sets rc, text
  sees 'ended=[0-9]'
  exec 8>&-
  wait $talk_pid
  text=$(tr -d '\r' <$screen)
  rc=$(grep -oE 'ended=[0-9]+' <<<"$text" | tail -1)
  rc=${rc#*=}
}
hangs_up() { # the end of input (Ctrl-D), until it ends
  printf '\004' >&8
  ends
}

# What enroll asks first.
to_application() { # to_application CA: up to the question of the application
  talk enroll
  answer 'Address of Encvoy ID' $issuer
  answer 'CA of its certificate' "$1"
  answer 'Address of your page' ''
}
to_sign_in() { # to_sign_in CA: up to the sign-in, with the application "host"
  to_application "$1"
  answer 'Client ID' host
  answer 'Client secret' ''
}
