"""Messages that CKAN, its plugins and its web server leave in English.

Our catalogue says them in French, as it does those of `ckan_words`. Babel reads this module;
nothing imports it.
"""

from __future__ import annotations


def _(message: str) -> None:
    """Mark a message."""


def ngettext(singular: str, plural: str, number: int) -> None:
    """Mark a message with its plural."""


# Words: data
_("Search Datasets...")
_("Dataset not found or you have no permission to view it")
ngettext(
    '%(count)s dataset found for "%(query)s".',
    '%(count)s datasets found for "%(query)s".',
    2,
)
ngettext("%(count)s dataset found.", "%(count)s datasets found.", 2)
_("Open details page for dataset - {title}")
_("Navigate to dataset: {title}")
_("There is no description for this dataset.")
_("Search datasets with the tag: {tag}")
_("Search datasets with the tag: {name}")
_("Search datasets by {name}: {label}")
_("Dataset description:")
_("Deleted datasets")
_("Unauthorized to read package")

# Words: file
_("Current resource: {name}")
_("Resource URL: {url}")
_("Navigate to resource: {name_or_id}")
_("Navigate to resource: {name}")
_("Not authorized to download resource")
_("No resource data entered")
_("Please select the file to upload again")

# Words: service
_("No Organization")
_("There is no description for this organization.")
_("User isn't a member of any organizations.")
_("You cannot move this dataset to another organization")
_("Deleted organizations")
_("Edit the role of the user within the organization")
_("Delete this member from the organization")
_("Delete member")
_("Edit role")
_("Open details page for {name}")
ngettext("{num} Member", "{num} Members", 2)
_("0 Members")

# Searching, lists
_("Filter by: {title}")
_("Remove applied filter: {value}")
_("Searching...")
_("Submit")
_("Breadcrumb")
_("Toggle navigation")
_("Skip to main content")
_("Navigate to Home - {site_title}")
_("close")
_("Close modal")
_("Please Confirm")
_("Notification")
_("You might need to login to access this page.")
_("Click here to login")

# Account
_("View dashboard")
_("Profile settings")
_("Account")
_("Username or Email")
_("Login failed. Bad username or password or CAPTCHA.")
_("Request Reset")
_("Last Active")
_("Profile picture")
_("Profile picture URL")
_("API Tokens")
_("Unauthorized to view API tokens.")
_("Unauthorized to create API tokens.")
_("Unauthorized to revoke API tokens.")
_("Are you sure you want to revoke these tokens?")
_("Revoke tokens")
_("This information is visible to you and admins")
_("Are you sure you want to delete user - {name}?")
_("Sysadmin password")

# Collaborators
_("Collaborators")
_("Add Collaborators")
_("Add Collaborator")
_("Edit Collaborator")
_("Update Collaborator")
_("Delete collaborator")
_("Delete this collaborator from the dataset")
_("Back to all collaborators")
_("Are you sure you want to delete this collaborator?")
_("Are you sure you want to delete collaborator - {name}?")
ngettext("{count} collaborator", "{count} collaborators", 2)
_("User added to collaborators")
_("User removed from collaborators")
_("What are the available roles?")
_(
    "<p><strong>Admin:</strong> In addition to managing the dataset, admins can add and "
    "remove collaborators from a dataset.</p>",
)

# Publishing
_("Publish")
_("Unpublish")
_("Please select the license")
_("Key")

# Activity
_("Activities")
_("Activity not found")
_("No activity found")
_("No activity found for this type")
_("All activity types")
_("Newer activities")
_("Older activities")
_("Activity occurred on: {time}")
_("View this version")
_("Unauthorized to view activity data")
_("Start date")
_("End date")
_("Show metadata diff")
_("Hide metadata diff")
_("On %(timestamp)s, %(username)s:")
_("View changes from %(old_select)s to %(new_select)s")
_("Search followee")
_("{actor} updated the {dataset_type} {dataset}")
_("{actor} deleted the {dataset_type} {dataset}")
_("{actor} created the {dataset_type} {dataset}")
_("{actor} updated resource view {view_link}")
_("{actor} created resource view {view_link}")
_('{actor} deleted resource view "{view_title}" for resource {resource_link}')

# What changed
_("Set author of {pkg_link} to {new_author} (previously {old_author})")
_("Set author of {pkg_link} to {new_author}")
_("Removed author from {pkg_link}")
_("No fields were updated. See the metadata diff for more details.")
_("Deleted resource {resource_link} from {pkg_link}")
_("Changed value of field <q>{key}</q> to <q>{value}</q> in {pkg_link}")
_("Added field <q>{key}</q> with value <q>{value}</q> to {pkg_link}")
_("Added field <q>{key}</q> to {pkg_link}")
_("Added the following fields to {pkg_link}")
_("{key} with value {value}")
_(
    "Changed value of field <q>{key}</q> to <q>{new_val}</q> (previously "
    "<q>{old_val}</q>) in {pkg_link}",
)
_("Changed value of field <q>{key}</q> to <q>{new_val}</q> in {pkg_link}")
_("Removed field <q>{key}</q> from {pkg_link}")
_("Removed the following fields from {pkg_link}")
_("Uploaded a new file to resource {resource_link} in {pkg_link}")
_("Added resource {resource_link} to {pkg_link}")
_("Removed description from {pkg_link}")
_("Moved {pkg_link} from organization {old_org_link} to organization {new_org_link}")
_("Removed {pkg_link} from organization {old_org_link}")
_("Added {pkg_link} to organization {new_org_link}")
_("Set visibility of {pkg_link} to {visibility}")
_("Removed description from resource {resource_link} in {pkg_link}")
_("Added field <q>{key}</q> with value <q>{value}</q> to resource {resource_link} in {pkg_link}")
_("Added field <q>{key}</q> to resource {resource_link} in {pkg_link}")
_("Added the following fields to resource {resource_link} in {pkg_link}")
_("Removed field <q>{key}</q> from resource {resource_link} in {pkg_link}")
_("Removed the following fields from resource {resource_link} in {pkg_link}")
_(
    "Changed value of field <q>{key}</q> of resource {resource_link} to <q>{new_val}</q> "
    "(previously <q>{old_val}</q>) in {pkg_link}",
)
_(
    "Changed value of field <q>{key}</q> to <q>{new_val}</q> in resource {resource_link} "
    "in {pkg_link}",
)
_("Removed the value of field <q>{key}</q> in resource {resource_link} in {pkg_link}")
_("Renamed resource {old_resource_link} to {new_resource_link} in {pkg_link}")
_("Removed tag {tag_link} from {pkg_link}")
_("Removed the following tags from {pkg_link}")
_("Added tag {tag_link} to {pkg_link}")
_("Added the following tags to {pkg_link}")
_("Changed title to {title_link} (previously {old_title})")

# Tables
_("Print")
_("TABLE FILTER")
_("COLUMN FILTER/S")
_("seconds")
_("Double-click to reset filters")
_("Copy to clipboard")
_("Toggle column visibility")
_("Show all")
_("Show none")
_("Filtered")
_("Filtered download")
_("(estimated)")

# Mails
_("Invite for %(site_title)s")
_("Reset your password - %(site_title)s")
_(
    'You can use <a href="#markdown" title="Markdown quick reference" '
    'data-bs-toggle="popover" data-bs-content="%(markdown_tooltip)s" '
    'data-bs-html="true">Markdown formatting</a> here',
)
_(
    "<p><strong>Editor:</strong> Editors can edit the dataset and its resources, as well "
    "accessing the dataset if private.</p> <p><strong>Member:</strong> Members can access"
    " the dataset if private, but not edit it.</p>",
)
_(
    "Dear %(user_name)s, You have been invited to %(site_title)s. A user has already been"
    " created for you with the username %(user_name)s. You can change it later. You have "
    "been added to the %(group_type)s %(group_title)s with the following role: "
    "%(role_name)s. To accept this invite, please reset your password at: %(reset_link)s "
    "Have a nice day. -- Message sent by %(site_title)s (%(site_url)s)",
)
_(
    "Dear %(user_name)s, You have requested your password on %(site_title)s to be reset. "
    "Please click the following link to confirm this request: %(reset_link)s Have a nice "
    "day. -- Message sent by %(site_title)s (%(site_url)s)",
)
_(
    "Updated description of {pkg_link} from <br "
    'class="line-height2"><blockquote>{old_notes}</blockquote> to <br '
    'class="line-height2"><blockquote>{new_notes}</blockquote>',
)
_(
    "Updated description of {pkg_link} to <br "
    'class="line-height2"><blockquote>{new_notes}</blockquote>',
)

# Administration
_("Custom Stylesheet")
_("Current Sysadmins")
_("Revoke Sysadmin permission")
_("Promote user to Sysadmin")
_("Promote")
_("Promoted {} to sysadmin")
_("Revoked sysadmin permission from {}")
_("Not authorized to promote user to sysadmin")
_(
    "<p>As a sysadmin user you have full control over this CKAN instance. Proceed with "
    "care!</p> <p>For guidance on using sysadmin features, see the CKAN <a "
    'href="%(docs_url)s" target="_blank" rel="noreferrer">sysadmin guide</a></p>',
)
_("Purge all")
_("Purge deleted datasets, organizations or groups forever and irreversibly.")
_("Are you sure you want to purge everything?")
_("Are you sure you want to purge datasets?")
_("Are you sure you want to purge organizations?")
_("Are you sure you want to purge groups?")
_("{number} datasets have been purged")
_("{number} organizations have been purged")
_("{number} groups have been purged")
_("There are no datasets to purge")
_("There are no organizations to purge")
_("There are no groups to purge")
_("Massive purge complete")
_("Deleted groups")
_("There are currently no groups for this site.")
_("There are no groups associated with this dataset.")
_("User isn't a member of any groups.")
_("You are no longer a member of this group.")
_("Reactivate User")
_("Reactivate Profile")
_("This account is deactivated, if you want to reactivate it, please click on checkbox.")
_(
    'API Token created: <code style="word-break:break-all;">{token}</code> {copy}<br>Make'
    " sure to copy it now, you won't be able to see it again!",
)

# Words left
_("Manage resource: {name}")
_(
    "You're currently viewing an old version of this dataset. Data files may not match "
    'the old version of the metadata. <a href="%(url)s">View the current version</a>.',
)
_("The detail of this dataset activity is not available")
_("Invalid parameters")
_("{actor} {activity_type}")
_("Table/List toggle")
_("Restore visibility")
_("Share current view")
_("Copied deeplink to clipboard")
_("Access denied: %s")
_("Not found: %s")
_("Bad request: %s")
_("Unauthorized to access")
_("{} not found")
_("Invalid URL")
_(
    "The requested URL was not found on the server. If you entered the URL manually "
    "please check your spelling and try again.",
)
_("The method is not allowed for the requested URL.")
_(
    "You don't have the permission to access the requested resource. It is either "
    "read-protected or not readable by the server.",
)
_("The browser (or proxy) sent a request that this server could not understand.")
_(
    "The server encountered an internal error and was unable to complete your request. "
    "Either the server is overloaded or there is an error in the application.",
)
_("The data value transmitted exceeds the capacity limit.")
_("Internal server error")
_("Show less")

# Plugins
_('unexpected choice "%s"')
_("Select at least one")
_("Page not found")
_("Unauthorized to update a dataset")
_("No organization")
_("Are you sure you want to delete this Organization?")
_("Update {page}")
_("Next")
_("Dataset extent")
_("Filter by location")
_("Apply")
_("Clear")
_("Draw an extent")
_("Please draw query extent in the map:")
