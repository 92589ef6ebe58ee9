"""CKAN's own messages that our catalogue words otherwise, in French.

Agents say “données”, “fichier”, “service”. A plugin's catalogue is merged over CKAN's, so naming
a message here is enough to translate it there. Babel reads this module; nothing imports it.
"""

from __future__ import annotations


def _(message: str) -> None:
    """Mark a message."""


def ngettext(singular: str, plural: str, number: int) -> None:
    """Mark a message with its plural."""


# Words: data
_("Dataset")
_("Datasets")
_("dataset")
_("My Datasets")
_("Search datasets")
_("Search datasets...")
_("Add Dataset")
_("Create Dataset")
_("Update Dataset")
_("View dataset")
_("Edit datasets")
_("What are datasets?")
_(
    "A CKAN Dataset is a collection of data resources (such as files), together with a "
    "description and other information, at a fixed URL. Datasets are what users see when "
    "searching for data.",
)
_("Are you sure you want to delete dataset - {name}?")
_("Are you sure you want to delete this dataset?")
_("Dataset has been deleted.")
_("Dataset not found")
_("The dataset {id} could not be found.")
_("0 Datasets")
ngettext("{num} Dataset", "{num} Datasets", 2)
ngettext('{number} dataset found for "{query}"', '{number} datasets found for "{query}"', 2)
_('No datasets found for "{query}"')
ngettext("{number} dataset found", "{number} datasets found", 2)
_("No datasets found")
_('Sorry no datasets found for "{query}"')
_('Source: <a href="%(url)s">%(dataset)s</a>')
_("Unauthorized to create a package")
_("Unauthorized to update dataset")
_("Datasets with no organization can't be private.")

# Words: file
_("Resources")
_("Unnamed resource")
_("Data and Resources")
_("Add data to the dataset")
_("Add New Resource")
_("Add new resource")
_("Add resource")
_("New resource")
_("View resource")
_("Edit resource")
_("Update Resource")
_("Reorder resources")
_("Go to resource")
_("Download resource")
_("There are no views created for this resource yet.")
_("No view has been created that is suitable for this resource")
_("This resource has no views")
_("This resource view is not available at the moment.")
_("Embed resource view")
_("A view is a representation of the data held against a resource")
_("Are you sure you want to delete resource - {name}?")
_("Are you sure you want to delete this resource?")
_("A resource can be any file or link to a file containing useful data.")
_("What's a resource?")
_("Resource not found")
_("Resource has been deleted.")
_("Resource was not found.")
_("Unauthorized to create a resource")
_("Unauthorized to create a resource for this package")
_("Unauthorized to edit this resource")
_("Unauthorized to edit resource")
_("Unauthorized to delete resource %s")
_("Unauthorized to read resource %s")
_("Resource view not found")
_("This dataset has no data")
_('<p class="empty">This dataset has no data, <a href="%(url)s">why not add some?</a></p>')
_("eg. http://example.com/image.jpg (if blank uses resource url)")

# Words: service
_("organization")
_("Organization")
_("Organizations")
_("My Organizations")
_("My Organization")
_("Add Organization")
_("Create an Organization")
_("Create Organization")
_("Create a new organization")
_("Edit Organization")
_("Update Organization")
_("Save Organization")
_("Organization Form")
_("Search organizations...")
_("There are currently no organizations for this site")
_("This organization has no datasets associated to it")
_("A little information about my organization...")
_("Are you sure you want to delete organization - {name}?")
_(
    "Are you sure you want to delete this Organization? Note*: Deleting cannot be "
    "performed while public or private datasets belong to this organization.",
)
_("Organization cannot be deleted while it still has datasets")
_("What are Organizations?")
_(
    "CKAN Organizations are used to create, manage and publish collections of datasets. "
    "Users can have different roles within an Organization, depending on their level of "
    "authorisation to create, edit and publish.",
)
ngettext(
    '{number} organization found for "{query}"',
    '{number} organizations found for "{query}"',
    2,
)
_('No organizations found for "{query}"')
ngettext("{number} organization found", "{number} organizations found", 2)
_("No organizations found")
_("You are not a member of any organizations.")
_("Before you can create a dataset you need to create an organization.")
_("There are no organizations to which you can assign this dataset.")
_("Ask a system administrator to create an organization before you can continue.")
_("An organization must be provided")
_("Organization does not exist")
_("Organization not found")
_("Organization was not found.")
_("You cannot add a dataset to this organization")

# Searching, lists
_("Show More {facet_type}")
_("Show Only Popular {facet_type}")
_("There are no {facet_type} that match this search")

# Account
_("Dashboard")
_("You must be logged in to access your dashboard.")
ngettext("Dashboard (%(num)d new item)", "Dashboard (%(num)d new items)", 2)
_("Forgotten your password?")
_("Login failed. Bad username or password.")
_("Create datasets, groups and other exciting things")

# Activity
_("{actor} updated the organization {organization}")
_("{actor} deleted the organization {organization}")
_("{actor} created the organization {organization}")
_("{actor} updated the resource {resource} in the dataset {dataset}")
_("{actor} deleted the resource {resource} from the dataset {dataset}")
_("{actor} added the resource {resource} to the dataset {dataset}")
_("{actor} added the tag {tag} to the dataset {dataset}")
_("{actor} removed the tag {tag} from the dataset {dataset}")

# Mails
_(
    "<p><strong>Admin:</strong> Can add/edit and delete datasets, as well as manage "
    "organization members.</p> <p><strong>Editor:</strong> Can add and edit datasets, but"
    " not manage organization members.</p> <p><strong>Member:</strong> Can view the "
    "organization's private datasets, but not add new datasets.</p>",
)

# Words left
_("You haven't created any datasets.")
_("Tags")
_(
    "You can rearrange the resources by dragging them using the arrow icon. Drag the "
    "resource to the right and place it to the desired location on the list. When you are"
    ' done, click the "Save order" -button.',
)
_("Save order")
_("Are you sure you want to delete this member?")
_("Email or username")
_(
    "Enter your email address or username into the box and we will send you an email with"
    " a link to enter a new password.",
)
_("If you wish to invite a new user, enter their email address.")
_("Create one now?")
_("Additional Information")
_("Data last updated")
_("Metadata last updated")
_("Edit metadata")
_("Embed")
_("Add data")
_("Next: Add Data")
_("Social")
_("Show more")
_("Follow")
_("Unfollow")
_("Manage")
_("No problem, use our password recovery form to reset it.")
_("Are you sure you want to perform this action?")
_("Are you sure you want to reset the config?")
_("Activity Stream")
_("Upload")
_("Save & add another")
