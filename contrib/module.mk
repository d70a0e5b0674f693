# SPDX-License-Identifier: MIT
EXTRA_DIST += \
	%D%/ansible/roles/encvoy/README.md \
	%D%/ansible/roles/encvoy/defaults/main.yml \
	%D%/ansible/roles/encvoy/handlers/main.yml \
	%D%/ansible/roles/encvoy/meta/argument_specs.yml \
	%D%/ansible/roles/encvoy/meta/main.yml \
	%D%/ansible/roles/encvoy/tasks/absent.yml \
	%D%/ansible/roles/encvoy/tasks/check.yml \
	%D%/ansible/roles/encvoy/tasks/configure.yml \
	%D%/ansible/roles/encvoy/tasks/main.yml \
	%D%/ansible/roles/encvoy/tasks/pam.yml \
	%D%/ansible/roles/encvoy/tasks/present.yml \
	%D%/ansible/roles/encvoy/templates/50-ansible.conf.j2 \
	%D%/ansible/roles/encvoy/templates/candidate.conf.j2 \
	%D%/ansible/roles/encvoy/templates/names.j2 \
	%D%/ansible/roles/encvoy/vars/main.yml
